/** Finds the secrets of a kubeconfig, so that they can be removed from other texts. */
import { Buffer } from "node:buffer";
import { resolve } from "node:path";
import { parse } from "yaml";
import { kubeconfigFiles } from "../kube/kubeconfig-files.ts";
import { readKubeconfig } from "../kube/kubeconfig.ts";

interface Kubeconfig {
  users?: { user?: Record<string, unknown> & { exec?: { env?: { value?: string }[] } } }[];
}

/**
 * Includes the files that it names. `paths` as in `KUBECONFIG`, empty for the default file; an unreadable file has no
 * secrets.
 */
export async function kubeconfigSecrets(paths: string): Promise<string[]> {
  const { files } = kubeconfigFiles(paths);
  const found = await Promise.all(files.map(async (file) => {
    const text = await Deno.readTextFile(file).catch(() => "");
    const beside = await Promise.all(
      secretFiles(text, resolve(file)).map((one) => Deno.readTextFile(one).catch(() => "")),
    );
    return [...secretsIn(text), ...beside.flatMap((content) => linesIn(content))];
  }));
  return found.flat();
}

/** The token and key files that it names. Pure. */
export function secretFiles(text: string, file: string): string[] {
  try {
    const { users } = readKubeconfig(text, file);
    return [...users.values()].flatMap((user) => [user.tokenFile ?? [], user["client-key"] ?? []].flat());
  } catch {
    return [];
  }
}

/** Keys and certificates also line by line, as PEM has them. Pure. */
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
  return name.endsWith("-data") ? linesIn(Buffer.from(value, "base64").toString("latin1")) : [];
}

/** Without lines that are only PEM's frame or too short to be a secret. */
const linesIn = (text: string) =>
  text.split("\n").filter((line) => /^[\w.+/=-]{6,}$/.test(line) && !line.startsWith("--"));
