/** Cargo's ruleset. Pure. */
import { contract } from "../contract.ts";
import { HEALTH_PORT, PUBLISHED_MARK, STOWAWAY_TUNNEL_ADDRESS, TUNNEL_POOL } from "../names.ts";
import { appRange } from "./addresses.ts";
import { filterChain, replacingTable } from "./nftables.ts";

const { device: DEVICE, deviceGroups: { apps: APPS } } = contract;

/**
 * Cargo maps the tunnel's subnet one to one onto the Docker network, so it has no state per bridge. Traffic from app
 * containers into the tunnel has their address in the tunnel. `local`: other traffic of theirs leaves from this machine.
 */
export function cargoNftables(
  tunnelSubnet: string,
  dockerSubnet: string,
  { local = false }: { local?: boolean } = {},
): string {
  return replacingTable(`${publishedPorts(dockerSubnet)}	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "${DEVICE}" dnat ip prefix to ip daddr map { ${tunnelSubnet} : ${dockerSubnet} }
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		meta mark ${PUBLISHED_MARK} accept
		oifname "${DEVICE}" snat ip prefix to ip saddr map { ${dockerSubnet} : ${tunnelSubnet} }
${local ? LEAVES_LOCALLY : ""}	}
${filterChain("forward", forwarded(dockerSubnet, local))}${filterChain("input", accepted(dockerSubnet))}`);
}

/**
 * Whoever controls Stowaway reaches app containers and nothing else: not this machine, not its networks. The device of
 * the app containers is known by its group (images/agent/cargo): its name depends on the order in which Cargo joined
 * its networks, and a source address alone can be claimed in each of them.
 */
function forwarded(dockerSubnet: string, local: boolean): string[] {
  const fromApps = `iifgroup ${APPS} ip saddr ${dockerSubnet}`;
  const toApps = `iifname "${DEVICE}" oifgroup ${APPS} ip daddr ${appRange(dockerSubnet)}`;
  return [
    `meta mark ${PUBLISHED_MARK} accept`,
    local ? `${fromApps} accept` : `${fromApps} oifname "${DEVICE}" accept`,
    `${toApps} ip saddr ${STOWAWAY_TUNNEL_ADDRESS} meta l4proto { tcp, udp } accept`,
    // No new connection, but one that is older than this Cargo: its next packet may come from the cluster.
    `${toApps} tcp flags ! syn accept`,
  ];
}

/**
 * CoreDNS is there for app containers. WireGuard's port, which changes, is open because the other end's address may
 * change; no other program listens for datagrams beyond loopback.
 */
function accepted(dockerSubnet: string): string[] {
  return [
    'iifname "lo" accept',
    `iifgroup ${APPS} ip saddr ${dockerSubnet} meta l4proto { tcp, udp } th dport 53 accept`,
    // Stowaway asks whether this end answers: a refusal is an answer, and nothing has to listen.
    `iifname "${DEVICE}" ip saddr ${STOWAWAY_TUNNEL_ADDRESS} tcp dport ${HEALTH_PORT} reject with tcp reset`,
    `iifgroup ${APPS} icmp type echo-request accept`,
    `iifname != "${DEVICE}" udp dport != 53 accept`,
  ];
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
