/** The contexts of a kubeconfig. An unreadable file has none: this is for suggestions, not for connecting. */
import { kubeconfigFiles } from "./kubeconfig-files.ts";
import { readKubeconfig } from "./kubeconfig.ts";

/** Sorted; `named`: as `--kubeconfig` was given. */
export function contextNames(named: string | undefined): string[] {
  const names = kubeconfigFiles(named).files.flatMap((file) => {
    try {
      return [...readKubeconfig(Deno.readTextFileSync(file), file).contexts.keys()];
    } catch {
      return [];
    }
  });
  return [...new Set(names)].sort();
}
