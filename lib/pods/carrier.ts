/** Gives Carrier its configuration over exec. */
import { archive } from "../archive.ts";
import type { Cluster, ExecTarget } from "../kube/cluster.ts";
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

/** Sends the whole configuration. Carrier finds what differs, and has Nginx listen before packets are redirected to it. */
export async function configureCarrier(
  cluster: Cluster,
  target: ExecTarget,
  files: CarrierFiles,
  { shrinks = false }: Configuring = {},
): Promise<void> {
  // In mode "replace" Carrier has no NET_ADMIN, and no rules to set.
  const { "nginx.conf": nginx, "nftables.conf": rules } = files;
  // When Nginx is to stop, Carrier itself sets the rules first.
  if (shrinks && rules && nginx) await apply(cluster, target, { "nftables.conf": rules });
  await apply(cluster, target, { "nginx.conf": nginx, ...(rules ? { "nftables.conf": rules } : {}) });
}

async function apply(cluster: Cluster, target: ExecTarget, files: Record<string, string>): Promise<void> {
  const { exitCode, stderr } = await cluster.exec(target, [PROGRAM, "apply"], {
    stdin: await archive(files),
  });
  if (exitCode === 0) return;
  const pod = `${target.namespace}/${target.pod}`;
  if (exitCode === noForwarding) {
    throw new GefyraError("no-forwarding", `Cannot redirect packets in pod "${pod}": ${stderr.trim()}`);
  }
  if (exitCode === foreignRedirect) {
    throw new GefyraError(
      "foreign-redirect",
      `Cannot redirect packets in pod "${pod}": ${stderr.trim().replace(/^carrier: /, "")}`,
      { exit: "refused", hint: "nothing was changed; bridge it with --replace, behind that proxy" },
    );
  }
  throw new GefyraError("carrier-refused", `Cannot configure Carrier in pod "${pod}": ${stderr.trim()}`);
}

/** The protocols that Carrier has seen on the ports it reads since it was configured, e.g. `443-tls`, `80-http`. */
export async function protocolsSeen(cluster: Cluster, target: ExecTarget): Promise<string[]> {
  const { exitCode, stdout, stderr } = await cluster.exec(target, [PROGRAM, "status"]);
  if (exitCode === 0) return spokenIn(stdout);
  throw new GefyraError(
    "carrier-refused",
    `Cannot ask Carrier in pod "${target.namespace}/${target.pod}": ${stderr.trim()}`,
  );
}

/** As `carrier status` prints them. Whatever else a pod answers is left out: its user may have put a program there. Pure. */
export function spokenIn(status: string): string[] {
  let spoken: unknown;
  try {
    ({ spoken } = JSON.parse(status) ?? {});
  } catch {
    return [];
  }
  if (!Array.isArray(spoken)) return [];
  return spoken.filter((one): one is string => typeof one === "string" && SPOKEN.test(one)).slice(
    0,
    MOST_SPOKEN,
  );
}

/** A bridge has at most 64 ports, and a few bridges share a Carrier. */
const MOST_SPOKEN = 1_000;
const SPOKEN = /^\d{1,5}-[a-z]{1,8}$/;
