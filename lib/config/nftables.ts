/** Rulesets for `nft -f`, each replacing its own table in one transaction. Pure. */
import { contract } from "../contract.ts";
import { PUBLISHED_MARK, TUNNEL_POOL } from "../names.ts";

/** Traffic to Stowaway's `port` goes to `address:local` in the tunnel. */
export interface Forward {
  port: number;
  address: string;
  local: number;
  protocol: "TCP" | "UDP";
}

const { device: DEVICE, nftables: { table: TABLE } } = contract;

/** A table that does not exist cannot be deleted, so it is created first, in the same transaction. */
function replacing(chains: string): string {
  return `table ip ${TABLE}\ndelete table ip ${TABLE}\ntable ip ${TABLE} {\n${chains}}\n`;
}

/** Clamps TCP's segment size to the tunnel, whatever the ends know of the path: at both ends, so in both directions. */
const forwarding = `	chain forward {
		type filter hook forward priority filter; policy accept;
		oifname "${DEVICE}" tcp flags syn / syn,rst tcp option maxseg size set rt mtu
	}
`;

/**
 * Cargo maps the tunnel's subnet one to one onto the Docker network, so it has no state per bridge. Traffic from app
 * containers into the tunnel has their address in the tunnel.
 */
export function cargoNftables(
  tunnelSubnet: string,
  dockerSubnet: string,
  { local = false }: { local?: boolean } = {},
): string {
  return replacing(`${publishedPorts(dockerSubnet)}	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "${DEVICE}" dnat ip prefix to ip daddr map { ${tunnelSubnet} : ${dockerSubnet} }
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		meta mark ${PUBLISHED_MARK} accept
		oifname "${DEVICE}" snat ip prefix to ip saddr map { ${dockerSubnet} : ${tunnelSubnet} }
${local ? LEAVES_LOCALLY : ""}	}
${forwarding}`);
}

/**
 * Requests to a published port come over the Docker bridge and bypass Cargo. Cargo sees only the response: the second
 * packet of a connection whose first packet it did not see. That packet and all later ones go back over the bridge
 * unchanged.
 * Traffic from the tunnel has an address of the tunnel and is never treated this way: a single response that conntrack
 * did not understand would send all responses of that connection the wrong way, for as long as the set remembers.
 * ICMP redirects are off: a container must not learn to bypass Cargo, because its traffic would leave the tunnel.
 */
function publishedPorts(dockerSubnet: string): string {
  const flow = "ip saddr . tcp sport . ip daddr . tcp dport";
  return `	set published {
		type ipv4_addr . inet_service . ipv4_addr . inet_service
		flags dynamic, timeout
		timeout 1d
		size 65535
	}
	chain published_ports {
		type filter hook prerouting priority mangle; policy accept;
		ip saddr != ${dockerSubnet} accept
		iifname "${DEVICE}" accept
		ip daddr ${TUNNEL_POOL} accept
		ct state invalid tcp flags & (syn | ack) == syn | ack update @published { ${flow} }
		${flow} @published update @published { ${flow} } meta mark set ${PUBLISHED_MARK}
	}
	chain output {
		type filter hook output priority filter; policy accept;
		icmp type redirect drop
	}
`;
}

/** Traffic that leaves over the Docker bridge returns through Cargo, which would otherwise see one direction only. */
const LEAVES_LOCALLY = `		oifname != "${DEVICE}" ct status ! dnat masquerade
`;

/**
 * Stowaway forwards each of its ports into the tunnel, and lets the tunnel out into the cluster with its own address.
 * Traffic into the tunnel has Stowaway's tunnel address: a range of the cluster that overlaps one of the developer's
 * cannot misdirect responses.
 */
export function stowawayNftables(forwards: Forward[]): string {
  return replacing(`${portMap("TCP", forwards)}${portMap("UDP", forwards)}	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "${DEVICE}" accept
		fib daddr type local dnat ip to tcp dport map @tcp_ports
		fib daddr type local dnat ip to udp dport map @udp_ports
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		oifname != "${DEVICE}" ip saddr ${TUNNEL_POOL} masquerade
		oifname "${DEVICE}" ct status dnat masquerade
	}
${forwarding}`);
}

/** nft does not accept the line in a map without elements. */
function portMap(protocol: Forward["protocol"], forwards: Forward[]): string {
  const own = forwards.filter((one) => one.protocol === protocol).sort((a, b) => a.port - b.port);
  const elements = own.map(({ port, address, local }) => `${port} : ${address} . ${local}`).join(", ");
  return `	map ${protocol.toLowerCase()}_ports {
		type inet_service : ipv4_addr . inet_service
${elements ? `		elements = { ${elements} }\n` : ""}	}
`;
}
