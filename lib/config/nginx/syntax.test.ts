import assert from "node:assert/strict";
import type { CarrierRoute, CarrierServer } from "./server.ts";
import { checked } from "./syntax.ts";

const server = (more: Partial<CarrierServer>, route: Partial<CarrierRoute> = {}): CarrierServer => ({
  ...{ port: 80, listen: 61080, protocol: "TCP", kind: "http", probes: "original" },
  original: { addresses: ["10.244.1.3", "127.0.0.1", "[::1]"], port: 80 },
  routes: [{ bridge: "mine", match: undefined, fallback: false, upstream: "10.244.1.7:10000", ...route }],
  ...more,
});

Deno.test("invalid data is refused before it gets into nginx.conf", () => {
  checked(server({}));
  const table: [CarrierServer, RegExp][] = [
    [server({ original: { addresses: ["1.2.3.4; }"], port: 80 } }), /"1\.2\.3\.4; \}:80" is not an address/],
    [server({}, { upstream: "10.0.0.1:80;" }), /not an address with a port/],
    [server({}, { upstream: "$host:80" }), /not an address with a port/],
    [server({}, { bridge: "a b" }), /"a b" is not a bridge's name/],
    [server({}, { bridge: 'x";' }), /not a bridge's name/],
    [
      server({}, { match: [[{ kind: "header", name: "x\n", operator: "Exact", value: "a" }]] }),
      /the header's name is invalid/,
    ],
    [server({}, { match: [[{ kind: "path", operator: "Regex", value: "(?<uri>x)" }]] }), /must not have/],
    [server({}, { match: [[]] }), /a group needs at least one rule/],
  ];
  for (const [wrong, problem] of table) assert.throws(() => checked(wrong), problem);
});
