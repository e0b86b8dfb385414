import assert from "node:assert/strict";
import type { V1Endpoint, V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import { observe, remaining } from "./service-convergence.ts";

const endpoint = (uid: string, ready: boolean): V1Endpoint => ({
  addresses: [],
  targetRef: { uid },
  conditions: { ready },
});

const slice = (...endpoints: V1Endpoint[]): V1EndpointSlice => ({
  metadata: { labels: { "kubernetes.io/service-name": "web" } },
  addressType: "IPv4",
  endpoints,
});

const pod = (ready: boolean): V1Pod => ({
  metadata: { uid: "a" },
  status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

Deno.test("a pod is waited for only if its Service has no other", () => {
  const table: [string, V1Pod, V1EndpointSlice[], object | undefined][] = [
    ["it is in no Service", pod(true), [], undefined],
    ["it is not ready as a whole", pod(false), [slice(endpoint("a", false))], undefined],
    ["others serve", pod(true), [slice(endpoint("a", true), endpoint("b", true))], undefined],
    ["its endpoint is not ready", pod(true), [slice(endpoint("a", false))], { since: 9 }],
    ["it is the only one", pod(true), [slice(endpoint("a", true))], { ready: 9 }],
    [
      "the others are not ready",
      pod(true),
      [slice(endpoint("a", true), endpoint("b", false))],
      { ready: 9 },
    ],
  ];
  for (const [name, one, slices, seen] of table) {
    assert.deepEqual(observe(undefined, one, slices, 9), seen, name);
  }
  const since = observe({ since: 3 }, pod(true), [slice(endpoint("a", true))], 4);
  assert.deepEqual(observe(since, pod(true), [slice(endpoint("a", true))], 9), { since: 3, ready: 4 });
});

Deno.test("kube-proxy has written its rules after its pause and the time of two writes", () => {
  const table: [string, Parameters<typeof remaining>[0], number, number][] = [
    ["nothing to wait for", undefined, 5_000, 0],
    ["the endpoint is not ready yet", { since: 5_000 }, 5_100, 100],
    ["it never becomes ready", { since: 5_000 }, 10_000, 0],
    ["it has just become ready", { since: 4_000, ready: 5_000 }, 5_000, 1_500],
    ["the pause may last", { ready: 5_000 }, 6_100, 400],
    ["all is written", { ready: 5_000 }, 6_500, 0],
  ];
  for (const [name, seen, now, wait] of table) assert.equal(remaining(seen, now), wait, name);
});
