/** The rules that send a pod's ports elsewhere from within its own network namespace, for `nft -f`. Pure. */
import { contract } from "../contract.ts";

export type Redirect =
  /** Handed to Stowaway by the kernel. */
  | { protocol: "TCP" | "UDP"; port: number; to: { address: string; port: number } }
  /** Handed to Carrier's Nginx in the same pod. */
  | { protocol: "TCP" | "UDP"; port: number; listen: number };

const { table: TABLE, chain: CHAIN } = contract.nftables;

/** A connection begins with this. One that is older than the rules would begin, for conntrack, with any other. */
const BEGINS = "tcp flags syn / syn,ack";

/**
 * Only what comes from outside is redirected: containers of the pod talk to each other as ever, and Carrier reaches
 * the original on its own port. Connections that are established stay where they are, whatever the rules become: only
 * a connection's first packet asks them, and the chains stay when they are empty, since with the last one the kernel
 * would forget the connections that it translates. Replaced in one transaction.
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
