/** The current context, read without loading the Kubernetes client. */
import { delimiter, resolve } from "node:path";
import { parse } from "yaml";
import { type Env, kubeconfigFiles } from "../kube/kubeconfig-files.ts";
import type { Current } from "./choose.ts";

/**
 * The given kubeconfig, `KUBECONFIG`, or the default file, with absolute paths, so that later commands can read it from
 * any folder and with any `KUBECONFIG`; empty if there is none.
 */
export function kubeconfigPaths(named: string | undefined, env?: Env): string {
  const { files, isDefault } = kubeconfigFiles(named, env);
  if (isDefault && !files.every(isFile)) return "";
  return files.map((path) => resolve(path)).join(delimiter);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The first of several files that names a context decides, as for kubectl; an unreadable file is skipped. */
export async function currentContext(env?: Env): Promise<Current> {
  const kubeconfig = kubeconfigPaths(undefined, env);
  for (const file of kubeconfigFiles(undefined, env).files) {
    const context = await contextIn(file);
    if (context) return { context, kubeconfig };
  }
  return { context: undefined, kubeconfig };
}

async function contextIn(file: string): Promise<string | undefined> {
  try {
    const context = (parse(await Deno.readTextFile(file)) as Record<string, unknown>)["current-context"];
    return typeof context === "string" ? context : undefined;
  } catch {
    return undefined;
  }
}
