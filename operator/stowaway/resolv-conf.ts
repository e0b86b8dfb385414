/**
 * The cluster's resolver and domain, from the operator's own /etc/resolv.conf: the kubelet writes
 * `search <namespace>.svc.<domain> svc.<domain> <domain>` there (pod DNS policy ClusterFirst). Pure.
 */
export function parseResolvConf(text: string): { server: string; domain: string } {
  // The tunnel carries IPv4, which in a dual-stack cluster may come second.
  const servers = [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, address = ""]) => address);
  const server = servers.find((address) => !address.includes(":")) ?? servers[0] ?? "";
  const names = text.match(/^search\s+(.*)$/m)?.[1]?.trim().split(/\s+/) ?? [];
  const domain = names.find((name) => name.startsWith("svc."))?.slice("svc.".length) ?? "cluster.local";
  return { server, domain };
}
