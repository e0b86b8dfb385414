/** The addresses of both ends of a connection. Pure. */
import ipaddr from "ipaddr.js";
import { GefyraError } from "../errors.ts";
import { APP_HOSTS, STOWAWAY_TUNNEL_ADDRESS, TUNNEL_POOL } from "../names.ts";

type Range = [ipaddr.IPv4, number];

/** Host numbers in a connection's /24, the same on the Docker network and in the tunnel. */
export const hosts = {
  /** The Docker bridge itself. */
  bridge: 1,
  /** Default gateway of the app containers: Cargo's second address. */
  gateway: 2,
  /** Cargo's own address. */
  cargo: 3,
  /** App containers get fixed addresses from here on. */
  firstApp: APP_HOSTS.first,
  lastApp: 191,
} as const;

/** The addresses that app containers may have, as nft writes a range. */
export const appRange = (subnet: string) =>
  `${hostIn(subnet, APP_HOSTS.first)}-${hostIn(subnet, APP_HOSTS.last)}`;

/**
 * Docker assigns addresses from this range (CIDR notation) to containers that join by themselves. Only from this range:
 * Docker does not know the addresses that are reserved for apps that do not run.
 */
export const joinRange = (subnet: string) => `${hostIn(subnet, hosts.lastApp + 1)}/26`;

/** Candidates for the Docker network: rarely used by others, and outside the usual ranges of clusters. */
const dockerCandidates = [
  ...Array.from({ length: 256 }, (_, i) => `172.28.${i}.0/24`),
  ...Array.from({ length: 256 }, (_, i) => `10.213.${i}.0/24`),
  ...Array.from({ length: 256 }, (_, i) => `192.168.${i}.0/24`),
  // Carrier-grade NAT (RFC 6598), for machines whose VPN routes all private ranges.
  ...Array.from({ length: 256 }, (_, i) => `100.125.${i}.0/24`),
];

export function parseRange(cidr: string): Range {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  return [address, prefix];
}

export function overlaps(a: string, b: string): boolean {
  const [first, firstBits] = parseRange(a), [second, secondBits] = parseRange(b);
  return first.match(second, Math.min(firstBits, secondBits));
}

/** The first free /24 for the Docker network. `taken`: CIDRs of other Docker networks, host routes, the cluster. */
export function pickDockerSubnet(taken: string[]): string {
  const free = dockerCandidates.find((candidate) => !taken.some((range) => overlaps(candidate, range)));
  if (free) return free;
  throw new GefyraError(
    "no-subnet",
    "Cannot pick a subnet for the Docker network: all candidates overlap a used one",
    {
      hint: "remove unused Docker networks (`docker network prune`), or name a free /24 with --subnet",
    },
  );
}

/** The requested subnet in its usual form; throws if it cannot be used. */
export function checkDockerSubnet(subnet: string, taken: { range: string; owner: string }[]): string {
  const refuse = (state: string) => {
    throw new GefyraError("subnet-unusable", `Cannot use the subnet "${subnet}": ${state}`, {
      exit: "usage",
      hint: "name another IPv4 /24, e.g. --subnet 172.28.7.0/24, or omit --subnet to use a free one",
    });
  };
  if (!ipaddr.IPv4.isValidCIDR(subnet)) refuse("it is not an IPv4 range such as 172.28.7.0/24");
  const [address, bits] = parseRange(subnet);
  if (bits !== 24 || address.octets[3] !== 0) refuse("it must be a whole /24, ending in .0/24");
  const others = [...taken, { range: TUNNEL_POOL, owner: "Gefyra's tunnel" }];
  const hit = others.find(({ range }) => overlaps(subnet, range));
  if (hit) refuse(`it overlaps ${hit.range}, which belongs to ${hit.owner}`);
  return `${address}/24`;
}

/** The first free /24 of the tunnel's pool; the pool's first one is Stowaway's own. */
export function pickTunnelSubnet(taken: string[]): string {
  const [pool, bits] = parseRange(TUNNEL_POOL);
  const size = 2 ** (24 - bits);
  const [a = 0, b = 0] = pool.toByteArray();
  for (let i = 1; i < size; i++) {
    const subnet = `${a}.${b + (i >> 8)}.${i & 255}.0/24`;
    if (!taken.includes(subnet)) return subnet;
  }
  throw new GefyraError("tunnel-full", `Cannot assign a tunnel subnet: all ${size - 1} are taken`, {
    hint: "remove clients that are gone: `kubectl get gefyraclients --all-namespaces`",
  });
}

/** Whether it is one of those that `pickTunnelSubnet` gives. */
export function isTunnelSubnet(subnet: string): boolean {
  if (!ipaddr.IPv4.isValidCIDR(subnet)) return false;
  const [address, bits] = parseRange(subnet);
  const own = STOWAWAY_TUNNEL_ADDRESS.replace(/\.\d+$/, ".0/24");
  return bits === 24 && address.octets[3] === 0 && overlaps(subnet, TUNNEL_POOL) && subnet !== own;
}

/** The address of one host in a /24: `("198.18.3.0/24", 10)` gives `198.18.3.10`. */
export function hostIn(subnet: string, host: number): string {
  const [network] = parseRange(subnet);
  return [...network.toByteArray().slice(0, 3), host].join(".");
}

/** The same host in another /24: `("172.28.0.12", "198.18.3.0/24")` gives `198.18.3.12`. */
export function translate(address: string, subnet: string): string {
  return hostIn(subnet, ipaddr.IPv4.parse(address).octets[3] ?? 0);
}

export function contains(subnet: string, address: string): boolean {
  return ipaddr.IPv4.isValid(address) && ipaddr.IPv4.parse(address).match(parseRange(subnet));
}

/** Whether a bridge may lead to the address: not the machine's own, nor Cargo's. */
export function isAppAddress(subnet: string, address: string): boolean {
  // Other notations, as 198.18.1.012, mean one number here and another to nft.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) || !contains(subnet, address)) return false;
  const host = ipaddr.IPv4.parse(address).octets[3] ?? 0;
  return host >= APP_HOSTS.first && host <= APP_HOSTS.last;
}
