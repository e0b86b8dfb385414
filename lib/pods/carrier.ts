/** Hands Carrier its configuration over exec. */
import { archive } from "../archive.ts";
import type { Cluster, ExecTarget } from "../kube/cluster.ts";
import { GefyraError } from "../errors.ts";
import type { CarrierFiles } from "../config/carrier.ts";
import { contract } from "../contract.ts";

const PROGRAM = contract.paths.carrier;

/** Of `carrier apply`: the pod's network does not forward, or somebody else redirects what comes to it, as a mesh does. */
const { noForwarding, foreignRedirect } = contract.exitCodes;

export interface Configuring {
  /** Ports are given up, none is taken: packets are not redirected to Nginx any more before it stops to listen. */
  shrinks?: boolean;
}

/** The whole configuration; Carrier sees what differs, and lets Nginx listen before packets are redirected to it. */
export async function configureCarrier(
  cluster: Cluster,
  target: ExecTarget,
  files: CarrierFiles,
  { shrinks = false }: Configuring = {},
): Promise<void> {
  // Without NET_ADMIN (in mode "replace") there are no rules to set.
  const { "nginx.conf": nginx, "nftables.conf": rules } = files;
  // Where Nginx ends, Carrier takes the rules first by itself.
  if (shrinks && rules && nginx) await apply(cluster, target, { "nftables.conf": rules });
  await apply(cluster, target, { "nginx.conf": nginx, ...(rules ? { "nftables.conf": rules } : {}) });
}

async function apply(cluster: Cluster, target: ExecTarget, files: Record<string, string>): Promise<void> {
  const { exitCode, stderr } = await cluster.exec(target, [PROGRAM, "apply"], await archive(files));
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

/** What protocols have come to the ports that Carrier reads since it was configured, e.g. `443-tls`, `80-http`. */
export async function protocolsSeen(cluster: Cluster, target: ExecTarget): Promise<string[]> {
  const { exitCode, stdout, stderr } = await cluster.exec(target, [PROGRAM, "status"]);
  if (exitCode === 0) return JSON.parse(stdout).spoken ?? [];
  throw new GefyraError(
    "carrier-refused",
    `Cannot ask Carrier in pod "${target.namespace}/${target.pod}": ${stderr.trim()}`,
  );
}
