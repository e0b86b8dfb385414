/**
 * The cluster's resolver and domain, from the operator's own /etc/resolv.conf: the kubelet writes
 * `search <namespace>.svc.<domain> svc.<domain> <domain>` there (pod DNS policy ClusterFirst). Pure.
 */
export function parseResolvConf(text: string): { server: string; domain: string } {
  const server = text.match(/^nameserver\s+(\S+)/m)?.[1] ?? "";
  const names = text.match(/^search\s+(.*)$/m)?.[1]?.trim().split(/\s+/) ?? [];
  const domain = names.find((name) => name.startsWith("svc."))?.slice("svc.".length) ?? "cluster.local";
  return { server, domain };
}
