/** Finds the kubeconfig's files. Loads nothing else, because every command reads the current context. */
import { delimiter, join } from "node:path";

export type Env = (name: string) => string | undefined;

export interface KubeconfigFiles {
  /** The first file that defines a name wins. */
  files: string[];
  /** Whether the files must exist: a file named by the user must, those of a list need not. */
  required: boolean;
  /** No file was named. */
  isDefault?: true;
}

/**
 * As client-go: the named file, else `KUBECONFIG`, else `~/.kube/config`. `named` may be a list as in `KUBECONFIG`: a
 * connection stores it that way.
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
