/** Checks name resolution as an app container sees it. */
import { isIP } from "node:net";
import type { Engine } from "../../docker/engine.ts";
import type { TunnelStatus } from "../../api/client.ts";
import { attention, broken, type CheckResult, ok, type Result } from "../check-result.ts";
import type { ProbeContainer } from "../probe-container.ts";
import { ACCEPTS, RESOLVE } from "../programs.ts";

export interface Lookup {
  name: string;
  milliseconds: number;
  /** Absent if there was no answer. */
  address?: string;
}

/** Every cluster has this name. */
const CLUSTER_NAME = "kubernetes.default";
/** Reserved for such uses by RFC 2606, and resolvable. */
const EXTERNAL_NAME = "example.com";

export interface Resolvers {
  engine: Engine;
  probe: ProbeContainer;
  /** Name of the Cargo container. */
  cargo: string;
  tunnel: TunnelStatus;
  server: URL;
}

export async function checkDns(
  { engine, probe, cargo, tunnel, server }: Resolvers,
): Promise<CheckResult<object>> {
  const external = externalName(server);
  // The final dot turns the search list off.
  const command = ["bash", "-c", RESOLVE, "resolve", CLUSTER_NAME, `${external}.`];
  const { stdout } = await engine.exec(probe.id, command);
  const lookups = parseLookups(stdout);
  const of = (name: string) => lookups.find((one) => one.name === name) ?? { name, milliseconds: 0 };
  const inside = of(CLUSTER_NAME), outside = of(external);
  if (inside.address) return { results: judgeNames(inside, outside), value: {} };
  const accepts = ["bash", "-c", ACCEPTS, "accepts", tunnel.dns.server, "53"];
  const { exitCode } = await engine.exec(cargo, accepts);
  return { results: [judgeSilence(inside, tunnel.dns.server, exitCode === 0, cargo)] };
}

/** The API server's name if it has one, else a well-known name. Pure. */
export function externalName({ hostname }: URL): string {
  const local = hostname === "localhost" || !hostname.includes(".") || isIP(hostname) !== 0;
  return local ? EXTERNAL_NAME : hostname;
}

/** Pure. */
export function parseLookups(stdout: string): Lookup[] {
  return stdout.split("\n").filter(Boolean).map((row) => {
    const [name = "", milliseconds = "", address = ""] = row.split(" ");
    return {
      name: name.replace(/\.$/, ""),
      milliseconds: Number(milliseconds),
      ...(address ? { address } : {}),
    };
  });
}

/** Pure. */
export function judgeNames(inside: Lookup, outside: Lookup): Result[] {
  const text = ({ name, address, milliseconds }: Lookup) => `${name} is ${address} (${milliseconds} ms)`;
  const measured = { lookups: [inside, outside] };
  if (outside.address) return [ok(`${text(inside)}, ${text(outside)}`, measured)];
  const remedy =
    "the cluster's resolver looks up names outside the cluster: check its `forward`; pods should " +
    "see the same, and some clusters do not resolve such names";
  return [attention(`${text(inside)}; no answer for ${outside.name}`, remedy, measured)];
}

/** Decides why the cluster's own name is not answered. Pure. */
export function judgeSilence(inside: Lookup, resolver: string, accepts: boolean, cargo: string): Result {
  const measured = { lookups: [inside], resolver, resolverAccepts: accepts };
  const message = `no answer for ${inside.name} after ${inside.milliseconds} ms`;
  if (accepts) {
    return broken(
      `${message}, though the cluster's resolver ${resolver} accepts connections`,
      `see \`docker logs ${cargo}\`, and the resolver's own logs`,
      measured,
    );
  }
  return broken(
    `${message}: the cluster's resolver ${resolver} does not accept connections`,
    "kubectl get pods --namespace kube-system --selector k8s-app=kube-dns",
    measured,
  );
}
