/** Stowaway's ruleset. Pure. */
import { contract } from "../contract.ts";
import { DOCTOR_PORTS, HEALTH_PORT, STOWAWAY_PORTS, TUNNEL_POOL, WIREGUARD_PORT } from "../names.ts";
import { filterChain, replacingTable } from "./nftables.ts";

/** Traffic that pods send to Stowaway's `port` goes to `address:local` in the tunnel. */
export interface Forward {
  port: number;
  address: string;
  local: number;
  protocol: "TCP" | "UDP";
  /** IPv4 addresses of the pods whose connections it takes; it takes no others. */
  from: string[];
}

const { device: DEVICE } = contract;
const range = ({ first, last }: { first: number; last: number }) => `${first}-${last}`;

/**
 * Stowaway lets the tunnel out into the cluster with its own address, and into the tunnel only what it has translated
 * itself: connections from a bridge's pods to the ports of that bridge. Nothing goes from one client to another.
 * Traffic into the tunnel has Stowaway's tunnel address: a range of the cluster that overlaps one of the developer's
 * cannot misdirect responses.
 */
export function stowawayNftables(forwards: Forward[]): string {
  return replacingTable(
    `${portMap("TCP", forwards)}${portMap("UDP", forwards)}${senderSet(forwards)}	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "${DEVICE}" accept
		fib daddr type local dnat ip to ip saddr . tcp dport map @tcp_ports
		fib daddr type local dnat ip to ip saddr . udp dport map @udp_ports
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		oifname != "${DEVICE}" ip saddr ${TUNNEL_POOL} masquerade
		oifname "${DEVICE}" ct status dnat masquerade
	}
${filterChain("forward", forwarded)}${filterChain("input", accepted)}${UNTRACKED}`,
  );
}

/**
 * WireGuard and pings need no connection tracking. Anybody may send them, from any number of ports, and would fill the
 * table that the connections of all bridges are in. WireGuard's answers are tracked: only those who know its key get some,
 * and where something in the pod has changed their port on the way in, it is changed back.
 */
const UNTRACKED = `	chain untracked {
		type filter hook prerouting priority raw; policy accept;
		iifname != "${DEVICE}" udp dport ${WIREGUARD_PORT} notrack
		iifname != "${DEVICE}" fib daddr type local icmp type echo-request notrack
	}
	chain untracked_answers {
		type filter hook output priority raw; policy accept;
		oifname != "${DEVICE}" icmp type echo-reply notrack
	}
`;

const forwarded = [
  `iifname "${DEVICE}" oifname != "${DEVICE}" accept`,
  `iifname != "${DEVICE}" oifname "${DEVICE}" ct status dnat accept`,
];

/**
 * Clients measure the path by pings, and `doctor` with a server of its own (lib/doctor). A connection to a port of a
 * bridge that did not come from its pods is refused rather than dropped, so that whoever sent it need not wait.
 */
const accepted = [
  'iifname "lo" accept',
  "icmp type echo-request accept",
  `iifname "${DEVICE}" meta l4proto { tcp, udp } th dport ${range(DOCTOR_PORTS)} accept`,
  `iifname "${DEVICE}" drop`,
  `udp dport ${WIREGUARD_PORT} accept`,
  `ip saddr @senders tcp dport ${HEALTH_PORT} accept`,
  `tcp dport ${HEALTH_PORT} reject with tcp reset`,
  `tcp dport ${range(STOWAWAY_PORTS)} reject with tcp reset`,
  `udp dport ${range(STOWAWAY_PORTS)} reject`,
];

/** The pods of bridges, which Stowaway tells whether their clients answer. */
function senderSet(forwards: Forward[]): string {
  const list = [...new Set(forwards.flatMap(({ from }) => from))].sort().join(", ");
  return `	set senders {
		type ipv4_addr
${list ? `		elements = { ${list} }\n` : ""}	}
`;
}

/** From a pod's address and a port, in their order. nft does not accept the line in a map without elements. */
function portMap(protocol: Forward["protocol"], forwards: Forward[]): string {
  const elements = new Map<string, string>();
  for (const { port, address, local, from } of forwards.filter((one) => one.protocol === protocol)) {
    for (const pod of from) {
      const key = `${pod} . ${port}`;
      // nft refuses a map that has a key twice, and all forwards with it.
      if (!elements.has(key)) elements.set(key, `${address} . ${local}`);
    }
  }
  const list = [...elements].map(([key, value]) => `${key} : ${value}`).sort().join(", ");
  return `	map ${protocol.toLowerCase()}_ports {
		type ipv4_addr . inet_service : ipv4_addr . inet_service
${list ? `		elements = { ${list} }\n` : ""}	}
`;
}
