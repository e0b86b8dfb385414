/** Reads address ranges out of what others say. Pure. */
import ipaddr from "ipaddr.js";
import { contains } from "./addresses.ts";

/** Routes so wide are a default route, or the halves of one that a VPN sets: they say nothing about who is where. */
const WIDE = 8;

/**
 * The destinations of Linux' /proc/net/route as CIDRs: a line per route with columns `Iface Destination Gateway Flags … Mask`
 * (proc(5)), addresses as hexadecimal numbers in the machine's byte order, which is little-endian wherever Docker runs.
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

/** `… The range of valid IPs is 10.96.0.0/12`, as an API server refuses a service's address. */
export function serviceRangeIn(message: string): string[] {
  return message.match(/(?:\d{1,3}\.){3}\d{1,3}\/\d{1,2}/g) ?? [];
}

/**
 * Ranges that hold the given ones and all addresses: for one that lies in none of them, the /16 around it is taken. In the
 * form that `ip route` wants, without host bits. Pure.
 */
export function withAddresses(ranges: string[], addresses: string[]): string[] {
  const all = ranges.map(network);
  for (const address of addresses) {
    if (!all.some((range) => contains(range, address))) all.push(network(`${address}/16`));
  }
  return all;
}

const network = (cidr: string) => `${ipaddr.IPv4.networkAddressFromCIDR(cidr)}/${cidr.split("/")[1]}`;
