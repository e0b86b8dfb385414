/** Gives Carrier its configuration over exec. */
import { archive } from "../archive.ts";
import type { Cluster, ExecTarget } from "../kube/cluster.ts";
import type { Connections } from "../api/drain.ts";
import { GefyraError } from "../errors.ts";
import type { CarrierFiles } from "../config/carrier.ts";
import { contract } from "../contract.ts";

const PROGRAM = contract.paths.carrier;

/** Of `carrier apply`: the pod's network does not forward packets, or something else redirects them, such as a mesh. */
const { noForwarding, foreignRedirect } = contract.exitCodes;

export interface Configuring {
  /** No port is added: packets are no longer redirected to Nginx before it stops listening. */
  shrinks?: boolean;
}

/**
 * Sends the whole configuration. Carrier finds what differs, and has Nginx listen before packets are redirected to it.
 * Returns how many open connections are to follow.
 */
export async function configureCarrier(
  cluster: Cluster,
  target: ExecTarget,
  files: CarrierFiles,
  { shrinks = false }: Configuring = {},
): Promise<number> {
  // In mode "replace" Carrier has no NET_ADMIN, and no rules to set.
  const { "nginx.conf": nginx, "nftables.conf": rules, ...others } = files;
  // When Nginx is to stop, Carrier itself sets the rules first.
  if (shrinks && rules && nginx) await apply(cluster, target, { "nftables.conf": rules });
  const answer = await apply(cluster, target, {
    "nginx.conf": nginx,
    ...(rules ? { "nftables.conf": rules } : {}),
    ...others,
  });
  return Number(/^connections: (\d{1,9})$/m.exec(answer)?.[1] ?? 0);
}

async function apply(cluster: Cluster, target: ExecTarget, files: Record<string, string>): Promise<string> {
  const { exitCode, stdout, stderr } = await cluster.exec(target, [PROGRAM, "apply"], {
    stdin: await archive(files),
  });
  if (exitCode === 0) return stdout;
  const pod = `${target.namespace}/${target.pod}`;
  if (exitCode === noForwarding) {
    throw new GefyraError("no-forwarding", `Cannot redirect packets in pod "${pod}": ${stderr.trim()}`);
  }
  if (exitCode === foreignRedirect) {
    throw new GefyraError(
      "foreign-redirect",
      `Cannot redirect packets in pod "${pod}": ${stderr.trim().replace(/^carrier: /, "")}`,
      { exit: "refused", hint: "bridge it with --replace, behind that proxy" },
    );
  }
  throw new GefyraError("carrier-refused", `Cannot configure Carrier in pod "${pod}": ${stderr.trim()}`);
}

/** The protocols that Carrier has seen on the ports it reads since it was configured, e.g. `443-tls`, `80-http`. */
export const protocolsSeen = async (cluster: Cluster, target: ExecTarget): Promise<string[]> =>
  spokenIn(await askStatus(cluster, target));

/** What became of the connections of each port, by names such as `80-tcp`. */
export const connectionsSeen = async (
  cluster: Cluster,
  target: ExecTarget,
): Promise<Map<string, Connections>> => connectionsIn(await askStatus(cluster, target));

async function askStatus(cluster: Cluster, target: ExecTarget): Promise<string> {
  const { exitCode, stdout, stderr } = await cluster.exec(target, [PROGRAM, "status"]);
  if (exitCode === 0) return stdout;
  throw new GefyraError(
    "carrier-refused",
    `Cannot ask Carrier in pod "${target.namespace}/${target.pod}": ${stderr.trim()}`,
  );
}

/** As `carrier status` prints them. Whatever else a pod answers is left out: its user may have put a program there. Pure. */
export function spokenIn(status: string): string[] {
  return listIn(status, "spoken").filter((one): one is string => typeof one === "string" && SPOKEN.test(one))
    .slice(
      0,
      MOST_SPOKEN,
    );
}

/** The same for `connections`. Pure. */
export function connectionsIn(status: string): Map<string, Connections> {
  return new Map(
    listIn(status, "connections").flatMap((one) => {
      const { port, moved, cut, open } = (one ?? {}) as Record<string, unknown>;
      const counts = [moved, cut, open];
      if (typeof port !== "string" || !PORT.test(port) || !counts.every(isCount)) return [];
      return [[port, { moved, cut, open } as Connections] as const];
    }).slice(0, MOST_SPOKEN),
  );
}

const isCount = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 1e9;

function listIn(status: string, key: string): unknown[] {
  try {
    const value: unknown = (JSON.parse(status) ?? {})[key];
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** A bridge has at most 64 ports, and a few bridges share a Carrier. */
const MOST_SPOKEN = 1_000;
const PORT = /^\d{1,5}-(tcp|udp)$/;
const SPOKEN = /^\d{1,5}-[a-z]{1,8}$/;
