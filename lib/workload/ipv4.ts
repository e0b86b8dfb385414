import type { V1Pod } from "@kubernetes/client-node";

/** The pod's IPv4 address, which need not be the first one in a dual-stack cluster. Pure. */
export function podIpv4({ status }: V1Pod): string | undefined {
  return [status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip)].find((ip) => ip && !ip.includes(":"));
}
