import assert from "node:assert/strict";
import { parseProcRoutes, serviceRangeIn, withAddresses } from "./ranges.ts";

Deno.test("the routing table is read as Linux writes it, without its default routes", () => {
  const table = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0102A8C0	0003	0	0	0	00000000	0	0	0
tun0	00000000	00000000	0001	0	0	0	00000080	0	0	0
tun0	00000080	00000000	0001	0	0	0	00000080	0	0	0
tun0	0000000A	00000000	0001	0	0	0	000000FF	0	0	0
tun0	00401CAC	00000000	0001	0	0	0	00C0FFFF	0	0	0
eth0	0002A8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
tun0	05000A0A	00000000	0005	0	0	0	FFFFFFFF	0	0	0
`;
  assert.deepEqual(parseProcRoutes(table), [
    "10.0.0.0/8",
    "172.28.64.0/18",
    "192.168.2.0/24",
    "10.10.0.5/32",
  ]);
  assert.deepEqual(parseProcRoutes(""), []);
});

Deno.test("the service range is read from the API server's refusal", () => {
  const table: [string, string[]][] = [
    [
      'Service "x" is invalid: spec.clusterIPs: Invalid value: ["192.0.2.1"]: failed to allocate IP 192.0.2.1: the provided IP (192.0.2.1) is not in the valid range. The range of valid IPs is 10.43.0.0/16',
      ["10.43.0.0/16"],
    ],
    ["services is forbidden", []],
    ["", []],
  ];
  for (const [message, expected] of table) assert.deepEqual(serviceRangeIn(message), expected, message);
});

Deno.test("pods outside the nodes' ranges widen the cluster's ranges", () => {
  assert.deepEqual(withAddresses(["10.244.0.0/24"], ["10.244.0.7"]), ["10.244.0.0/24"]);
  assert.deepEqual(withAddresses(["10.244.0.0/24"], ["192.168.7.4", "192.168.9.1", "10.244.1.2"]), [
    "10.244.0.0/24",
    "192.168.0.0/16",
    "10.244.0.0/16",
  ]);
  assert.deepEqual(withAddresses(["10.43.7.9/16"], []), ["10.43.0.0/16"]);
});
