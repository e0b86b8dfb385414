/** The current context, read without loading the Kubernetes client. */
import { delimiter, resolve } from "node:path";
import { parse } from "yaml";
import { type Env, kubeconfigFiles } from "../kube/kubeconfig-files.ts";
import type { Current } from "./choose.ts";

/**
 * What was named, `KUBECONFIG`, or the default file, as later commands can read it from whatever folder and with whatever
 * `KUBECONFIG`; empty where there is none.
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

/** Of several files the first that names a context decides, as for kubectl; one that cannot be read says nothing. */
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
