import assert from "node:assert/strict";
import type { Network } from "../docker/engine.ts";
import { transportOf } from "./status.ts";

const network = { name: "gefyra-lab", subnets: ["172.18.0.0/16"] } as Network;

for (
  const [endpoint, expected] of [
    ["172.18.0.2:31820", "Docker network gefyra-lab"],
    ["172.19.0.2:31820", "UDP"],
    ["127.0.0.1:51821", "API server"],
    ["[2001:db8::1]:31820", "UDP"],
  ] as const
) {
  Deno.test(`transport: ${endpoint} is reached over ${expected}`, () => {
    assert.equal(transportOf(endpoint, [undefined, network]), expected);
  });
}
