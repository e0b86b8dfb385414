/** What an installation has room for, per client and namespace. */
import { ageOf } from "../api/age.ts";
import type { GefyraBridge } from "../api/bridge.ts";
import { type Limit, type Limits, limitText } from "../limits.ts";

export interface Room {
  /** Counts a bridge; or leaves everything as it is and returns the limit that it meets. */
  take(bridge: GefyraBridge): Limit | undefined;
  /** Of a bridge that was counted. */
  give(bridge: GefyraBridge): void;
}

export function createRoom(limits: Limits): Room {
  const inNamespace = new Map<string, number>(), ofClient = new Map<string, number>();
  const portsOfClient = new Map<string, number>();
  const count = (counter: Map<string, number>, key: string) => counter.get(key) ?? 0;
  const add = (counter: Map<string, number>, key: string, more: number) => {
    const now = count(counter, key) + more;
    if (now > 0) counter.set(key, now);
    else counter.delete(key);
  };
  const change = ({ metadata, spec: { client, ports } }: GefyraBridge, sign: 1 | -1) => {
    add(inNamespace, metadata?.namespace ?? "", sign);
    add(ofClient, client, sign);
    add(portsOfClient, client, sign * ports.length);
  };
  const limitOf = ({ metadata, spec: { client, ports } }: GefyraBridge): Limit | undefined => {
    if (ports.length > limits.GEFYRA_PORTS_PER_BRIDGE) return "GEFYRA_PORTS_PER_BRIDGE";
    if (count(ofClient, client) >= limits.GEFYRA_BRIDGES_PER_CLIENT) return "GEFYRA_BRIDGES_PER_CLIENT";
    if (count(portsOfClient, client) + ports.length > limits.GEFYRA_PORTS_PER_CLIENT) {
      return "GEFYRA_PORTS_PER_CLIENT";
    }
    const full = count(inNamespace, metadata?.namespace ?? "") >= limits.GEFYRA_BRIDGES_PER_NAMESPACE;
    return full ? "GEFYRA_BRIDGES_PER_NAMESPACE" : undefined;
  };
  return {
    take: (bridge) => {
      const limit = limitOf(bridge);
      if (!limit) change(bridge, 1);
      return limit;
    },
    give: (bridge) => change(bridge, -1),
  };
}

/**
 * The oldest first. Of those that were made in the same second, a bridge that has ports of Stowaway has its place already.
 * Pure.
 */
export function byClaim(bridges: GefyraBridge[]): GefyraBridge[] {
  const claimOf = (bridge: GefyraBridge) => {
    const [time, ...name] = ageOf(bridge).split(" ");
    return `${time} ${bridge.status?.ports?.length ? 0 : 1} ${name.join(" ")}`;
  };
  const claims = bridges.map((bridge) => [claimOf(bridge), bridge] as const);
  return claims.sort(([a], [b]) => a < b ? -1 : 1).map(([, bridge]) => bridge);
}

/** For the bridge's condition. Pure. */
export function quotaText(limit: Limit, { metadata, spec }: GefyraBridge, limits: Limits): string {
  const client = `client "${spec.client}"`, namespace = `namespace "${metadata?.namespace}"`;
  const texts: Partial<Record<Limit, [subject: string, things: string]>> = {
    GEFYRA_PORTS_PER_BRIDGE: ["a bridge", "ports"],
    GEFYRA_BRIDGES_PER_CLIENT: [client, "bridges"],
    GEFYRA_PORTS_PER_CLIENT: [client, "bridged ports"],
    GEFYRA_BRIDGES_PER_NAMESPACE: [namespace, "bridges"],
  };
  const [subject, things] = texts[limit] ?? [client, "objects"];
  return limitText(subject, things, limit, limits);
}
