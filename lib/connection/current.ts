/** The current context, read without loading the Kubernetes client. */
import { delimiter, resolve } from "node:path";
import { parse } from "yaml";
import type { Current } from "./choose.ts";

type Env = (name: string) => string | undefined;

/** `KUBECONFIG`, or what was named, as later commands can read it from whatever folder; empty for the default file. */
export function kubeconfigPaths(named: string | undefined, env: Env = Deno.env.get): string {
  const paths = named ?? env("KUBECONFIG") ?? "";
  return paths.split(delimiter).filter(Boolean).map((path) => resolve(path)).join(delimiter);
}

/** Of several files the first that names a context decides, as for kubectl; one that cannot be read says nothing. */
export async function currentContext(env: Env = Deno.env.get): Promise<Current> {
  const kubeconfig = kubeconfigPaths(undefined, env);
  const home = env("HOME") ?? env("USERPROFILE") ?? ".";
  const files = kubeconfig ? kubeconfig.split(delimiter) : [`${home}/.kube/config`];
  for (const file of files) {
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
