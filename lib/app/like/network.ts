/** Names of a pod: its host name, host aliases and DNS settings, for Docker. Pure. */
import type { V1PodSpec } from "@kubernetes/client-node";

export interface Names {
  hostname?: string;
  subdomain?: string;
  /** `NAME:ADDRESS`, as in `docker run --add-host`. */
  hosts: string[];
  searches: string[];
  dnsOptions: string[];
  notes: string[];
}

export function namesOf(pod: V1PodSpec): Names {
  const { hostname, subdomain, hostAliases = [], dnsPolicy = "ClusterFirst", dnsConfig = {} } = pod;
  const hosts = hostAliases.flatMap(({ ip, hostnames = [] }) => hostnames.map((name) => `${name}:${ip}`));
  const own = (dnsConfig.options ?? []).map(({ name = "", value }) =>
    value === undefined ? name : `${name}:${value}`
  );
  const ndots = own.some((one) => one.startsWith("ndots:")) ? [] : ["ndots:5"];
  const notes = [
    ...dnsConfig.nameservers?.length
      ? ["dnsConfig.nameservers are not asked: names come from the cluster's DNS"]
      : [],
    ...dnsPolicy.startsWith("ClusterFirst")
      ? []
      : [`names come from the cluster's DNS, unlike with dnsPolicy ${dnsPolicy}`],
  ];
  return {
    ...(hostname ? { hostname } : {}),
    ...(hostname && subdomain ? { subdomain } : {}),
    hosts,
    searches: dnsConfig.searches ?? [],
    dnsOptions: [...ndots, ...own],
    notes,
  };
}
