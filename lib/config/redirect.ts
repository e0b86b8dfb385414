/** The rules that redirect a pod's ports from within its own network namespace, for `nft -f`. Pure. */
import { contract } from "../contract.ts";

export type Redirect =
  /** The kernel sends it to Stowaway. */
  | { protocol: "TCP" | "UDP"; port: number; to: { address: string; port: number } }
  /** The kernel sends it to Carrier's Nginx in the same pod. */
  | { protocol: "TCP" | "UDP"; port: number; listen: number };

const { table: TABLE, chain: CHAIN } = contract.nftables;

/**
 * The first packet of a connection. For conntrack, a connection older than the rules would begin with any other packet.
 */
const BEGINS = "tcp flags syn / syn,ack";

/**
 * Redirects only traffic from outside the pod: containers of the pod reach each other as before, and Carrier reaches
 * the original on its own port. Established connections do not change with the rules: only a connection's first packet
 * is matched. The chains stay when they are empty, because the kernel would forget the translated connections with the
 * last chain. Replaced in one transaction.
 */
export function redirectRules(redirects: Redirect[]): string {
  const kernel = redirects.filter((one) => "to" in one);
  const nginx = redirects.filter((one) => "listen" in one);
  const forwards = (protocol: "TCP" | "UDP") =>
    kernel.filter((one) => one.protocol === protocol).sort((a, b) => a.port - b.port)
      .map(({ port, to }) => `${port} : ${to.address} . ${to.port}`);
  const listeners = (protocol: "TCP" | "UDP") =>
    nginx.filter((one) => one.protocol === protocol).sort((a, b) => a.port - b.port);
  const rules = [
    dnat("tcp", forwards("TCP")),
    dnat("udp", forwards("UDP")),
    redirect("tcp", listeners("TCP")),
    redirect("udp", listeners("UDP")),
  ].filter(Boolean).map((rule) => `\t\tiifname != "lo" fib daddr type local ${rule}\n`).join("");
  return `table ip ${TABLE}
delete table ip ${TABLE}
table ip ${TABLE} {
	chain ${CHAIN} {
		type nat hook prerouting priority dstnat; policy accept;
${rules}	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		ct status dnat oifname != "lo" masquerade
	}
}
`;
}

function dnat(protocol: "tcp" | "udp", elements: string[]): string {
  if (elements.length === 0) return "";
  return `${begins(protocol)}dnat ip to ${protocol} dport map { ${elements.join(", ")} }`;
}

function redirect(protocol: "tcp" | "udp", listeners: { port: number; listen: number }[]): string {
  if (listeners.length === 0) return "";
  const ports = listeners.map(({ port }) => port).join(", ");
  const map = listeners.map(({ port, listen }) => `${port} : ${listen}`).join(", ");
  return `${begins(protocol)}${protocol} dport { ${ports} } redirect to :${protocol} dport map { ${map} }`;
}

const begins = (protocol: "tcp" | "udp") => protocol === "tcp" ? `${BEGINS} ` : "";
