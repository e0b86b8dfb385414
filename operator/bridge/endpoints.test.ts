import assert from "node:assert/strict";
import type { V1Endpoint, V1EndpointSlice } from "@kubernetes/client-node";
import { endpointsWithout, standing } from "./endpoints.ts";

const endpoint = (uid: string, ready?: boolean): V1Endpoint => ({
  addresses: ["10.0.0.1"],
  ...(ready === undefined ? {} : { conditions: { ready, terminating: false } }),
  targetRef: { kind: "Pod", uid },
});
const slice = (service: string, endpoints: V1Endpoint[], addressType = "IPv4"): V1EndpointSlice => ({
  metadata: { labels: { "kubernetes.io/service-name": service } },
  addressType,
  endpoints,
});

const cases: [string, V1EndpointSlice[], ReturnType<typeof standing>][] = [
  ["in no service", [slice("s", [endpoint("b", true)])], "absent"],
  ["not ready", [slice("s", [endpoint("a", false), endpoint("b", true)])], "absent"],
  ["the only one", [slice("s", [endpoint("a", true)])], "alone"],
  ["the others are not ready", [slice("s", [endpoint("a", true), endpoint("b", false)])], "last"],
  ["others are ready", [slice("s", [endpoint("a", true), endpoint("b", true)])], "among"],
  ["no state means ready", [slice("s", [endpoint("a"), endpoint("b")])], "among"],
  [
    "others are in another slice",
    [slice("s", [endpoint("a", true)]), slice("s", [endpoint("b", true)])],
    "among",
  ],
  [
    "of another family or service do not count",
    [
      slice("s", [endpoint("a", true)]),
      slice("s", [endpoint("b", true)], "IPv6"),
      slice("t", [endpoint("b", true)]),
    ],
    "alone",
  ],
  [
    "what is worst in one service",
    [
      slice("s", [endpoint("a", true), endpoint("b", true)]),
      slice("t", [endpoint("a", true), endpoint("c", false)]),
    ],
    "last",
  ],
];
for (const [name, slices, expected] of cases) {
  Deno.test(`a pod among the endpoints: ${name}`, () => assert.equal(standing(slices, "a"), expected));
}

Deno.test("only the pod's own endpoints change", () => {
  const mine = endpoint("a", true), other = endpoint("b", true);
  const conditions = { ready: false, serving: false, terminating: false };
  assert.deepEqual(endpointsWithout([mine, other], "a"), [{ ...mine, conditions }, other]);
  assert.equal(endpointsWithout([endpoint("a", false), other], "a"), undefined);
});
