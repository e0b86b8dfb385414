/** Parses address ranges from other programs' output. Pure. */
import ipaddr from "ipaddr.js";
import { contains } from "./addresses.ts";

/** Wider routes are a default route, or the two halves of one that a VPN sets. They say nothing about used ranges. */
const WIDE = 8;

/**
 * The destinations in Linux's /proc/net/route as CIDRs: one route per line, with columns `Iface Destination Gateway
 * Flags … Mask` (proc(5)). Addresses are hexadecimal numbers in the machine's byte order, which is little-endian
 * wherever Docker runs.
 */
export function parseProcRoutes(text: string): string[] {
  return text.split("\n").slice(1).flatMap((line) => {
    const [, destination = "", , , , , , mask = ""] = line.trim().split(/\s+/);
    if (!/^[0-9A-F]{8}$/i.test(destination) || !/^[0-9A-F]{8}$/i.test(mask)) return [];
    const bits = octets(mask).map((octet) => octet.toString(2)).join("").replaceAll("0", "").length;
    return bits < WIDE ? [] : [`${octets(destination).join(".")}/${bits}`];
  });
}

const octets = (hex: string) => (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16)).reverse();

/** Parses `… The range of valid IPs is 10.96.0.0/12`, the API server's refusal of a service's address. */
export function serviceRangeIn(message: string): string[] {
  return message.match(/(?:\d{1,3}\.){3}\d{1,3}\/\d{1,2}/g) ?? [];
}

/**
 * The given ranges, plus the /16 around each address that is in none of them. In the form of `ip route`, without host
 * bits. Pure.
 */
export function withAddresses(ranges: string[], addresses: string[]): string[] {
  const all = ranges.map(network);
  for (const address of addresses) {
    if (!all.some((range) => contains(range, address))) all.push(network(`${address}/16`));
  }
  return all;
}

const network = (cidr: string) => `${ipaddr.IPv4.networkAddressFromCIDR(cidr)}/${cidr.split("/")[1]}`;
