/** What the local relay is told, as files on the volume that it shares with Cargo: never in its settings. */
import { GEFYRA_USER, RELAY_FOLDER } from "../names.ts";
import type { ServerTrust } from "../cluster/cluster.ts";

export interface Target {
  /** Address of the API server as the kubeconfig has it. */
  server: string;
  trust: ServerTrust;
  namespace: string;
  pod: string;
}

export const TARGET_FILE = "target.json";
export const TOKEN_FILE = "token";
/** Made by `relay cargo` (images/relay). */
export const CARGO_SOCKET = `${RELAY_FOLDER}/cargo.sock`;

/** The files' owner, who alone may read them. */
export const owner = { uid: GEFYRA_USER, gid: GEFYRA_USER };

export const targetFiles = (target: Target, token: string): Record<string, string> => ({
  [TARGET_FILE]: JSON.stringify(target),
  [TOKEN_FILE]: token,
});

export async function readTarget(folder: string): Promise<{ target: Target; token: string }> {
  const [target, token] = await Promise.all(
    [TARGET_FILE, TOKEN_FILE].map((name) => Deno.readTextFile(`${folder}/${name}`)),
  );
  return { target: JSON.parse(target!) as Target, token: token!.trim() };
}

/** In one step, so that a restart finds either the old one or the new one. */
export async function keepToken(folder: string, token: string): Promise<void> {
  const next = `${folder}/${TOKEN_FILE}.new`;
  await Deno.writeTextFile(next, token, { mode: 0o600 });
  await Deno.rename(next, `${folder}/${TOKEN_FILE}`);
}

/** Where to connect to: a server on the host's loopback may, from inside Docker's machine, have another name. */
export function hostsOf({ server }: Target): string[] {
  const { hostname } = new URL(server);
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  const loopback = bare === "localhost" || bare === "::1" || bare.startsWith("127.");
  return loopback ? [bare, "host.docker.internal"] : [bare];
}
