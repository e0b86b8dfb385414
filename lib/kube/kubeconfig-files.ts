/** Which files the kubeconfig is in. Loads nothing, as every command asks for the current context. */
import { delimiter, join } from "node:path";

export type Env = (name: string) => string | undefined;

export interface KubeconfigFiles {
  /** The first one that has a name decides what it means. */
  files: string[];
  /** Whether they have to be there: one that the user has named, not those of a list. */
  required: boolean;
  /** Nobody named one. */
  isDefault?: true;
}

/**
 * As client-go: the one that is named, else `KUBECONFIG`, else `~/.kube/config`. `named` may be a list as in `KUBECONFIG`:
 * that is how a connection remembers one.
 */
export function kubeconfigFiles(
  named: string | undefined,
  env: Env = (name) => Deno.env.get(name),
): KubeconfigFiles {
  const list = named || env("KUBECONFIG");
  if (!list) {
    const home = env("HOME") ?? env("USERPROFILE") ?? ".";
    return { files: [join(home, ".kube", "config")], required: false, isDefault: true };
  }
  const files = [...new Set(list.split(delimiter).filter(Boolean))];
  return { files, required: Boolean(named) && files.length === 1 };
}
