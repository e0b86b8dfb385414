import assert from "node:assert/strict";
import { podIpv4 } from "./ipv4.ts";

Deno.test("the IPv4 address of a pod is found wherever it stands", () => {
  const table: [string, string | undefined, string[], string | undefined][] = [
    ["IPv4 only", "10.1.0.5", ["10.1.0.5"], "10.1.0.5"],
    ["dual-stack", "10.1.0.5", ["10.1.0.5", "fd00::5"], "10.1.0.5"],
    ["dual-stack, IPv6 first", "fd00::5", ["fd00::5", "10.1.0.5"], "10.1.0.5"],
    ["IPv6 only", "fd00::5", ["fd00::5"], undefined],
    ["no address yet", undefined, [], undefined],
  ];
  for (const [name, podIP, ips, expected] of table) {
    const status = { ...(podIP ? { podIP } : {}), podIPs: ips.map((ip) => ({ ip })) };
    assert.equal(podIpv4({ status }), expected, name);
  }
});
