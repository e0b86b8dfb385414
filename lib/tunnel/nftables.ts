/** Rulesets for `nft -f`, each replacing its own table in one transaction. Pure. */
import { TUNNEL_POOL } from "../names.ts";

/** Traffic to Stowaway's `port` goes to `address:local` in the tunnel. */
export interface Forward {
  port: number;
  address: string;
  local: number;
  protocol: "TCP" | "UDP";
}

const TABLE = "gefyra";

/** A table that does not exist cannot be deleted, so it is made first; all in one transaction. */
function replacing(chains: string): string {
  return `table ip ${TABLE}\ndelete table ip ${TABLE}\ntable ip ${TABLE} {\n${chains}}\n`;
}

/** TCP must fit the tunnel, whatever its ends believe of their path: clamped on both ends, so in both directions. */
const forwarding = `	chain forward {
		type filter hook forward priority filter; policy accept;
		oifname "wg0" tcp flags syn / syn,rst tcp option maxseg size set rt mtu
	}
`;

/**
 * Cargo maps the tunnel's subnet one to one onto the Docker network, so it holds no state per bridge. What app
 * containers send into the tunnel carries their address there.
 */
export function cargoNftables(tunnelSubnet: string, dockerSubnet: string): string {
  return replacing(`	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "wg0" dnat ip prefix to ip daddr map { ${tunnelSubnet} : ${dockerSubnet} }
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		oifname "wg0" snat ip prefix to ip saddr map { ${dockerSubnet} : ${tunnelSubnet} }
	}
${forwarding}`);
}

/**
 * Stowaway sends each of its ports into the tunnel, and lets the tunnel out into the cluster as itself. What goes in
 * carries its own tunnel address: a range of the cluster that overlaps one of the developer's cannot lead answers astray.
 */
export function stowawayNftables(forwards: Forward[]): string {
  return replacing(`${portMap("TCP", forwards)}${portMap("UDP", forwards)}	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "wg0" accept
		fib daddr type local dnat ip to tcp dport map @tcp_ports
		fib daddr type local dnat ip to udp dport map @udp_ports
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		oifname != "wg0" ip saddr ${TUNNEL_POOL} masquerade
		oifname "wg0" ct status dnat masquerade
	}
${forwarding}`);
}

/** A map without elements must not have the line at all. */
function portMap(protocol: Forward["protocol"], forwards: Forward[]): string {
  const own = forwards.filter((one) => one.protocol === protocol).sort((a, b) => a.port - b.port);
  const elements = own.map(({ port, address, local }) => `${port} : ${address} . ${local}`).join(", ");
  return `	map ${protocol.toLowerCase()}_ports {
		type inet_service : ipv4_addr . inet_service
${elements ? `		elements = { ${elements} }\n` : ""}	}
`;
}
