/** The secrets of a kubeconfig, so that they can be taken out of whatever else has them. */
import { Buffer } from "node:buffer";
import { delimiter } from "node:path";
import { parse } from "yaml";

interface Kubeconfig {
  users?: { user?: Record<string, unknown> & { exec?: { env?: { value?: string }[] } } }[];
}

/** `paths` as in `KUBECONFIG`, empty for the default one; a file that cannot be read has none. */
export async function kubeconfigSecrets(paths: string): Promise<string[]> {
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? ".";
  const files = paths ? paths.split(delimiter).filter(Boolean) : [`${home}/.kube/config`];
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file).catch(() => "")));
  return texts.flatMap(secretsIn);
}

/** Keys and certificates in every line that they have as PEM, too. Pure. */
export function secretsIn(text: string): string[] {
  const users = readable(text)?.users ?? [];
  return users.flatMap(({ user = {} }) => {
    const { exec, ...fields } = user;
    const named = Object.entries(fields).filter(([name]) => /^(token|password)$|-data$/.test(name));
    return [
      ...named.flatMap(([name, value]) => typeof value === "string" ? [value, ...linesOf(name, value)] : []),
      ...(exec?.env ?? []).flatMap(({ value }) => value ?? []),
    ];
  });
}

function readable(text: string): Kubeconfig | null {
  try {
    return parse(text) as Kubeconfig;
  } catch {
    return null;
  }
}

function linesOf(name: string, value: string): string[] {
  if (!name.endsWith("-data")) return [];
  const pem = Buffer.from(value, "base64").toString("latin1");
  return pem.split("\n").filter((line) => /^[A-Za-z0-9+/=]{6,}$/.test(line));
}
