import assert from "node:assert/strict";
import { nextStep, observe, reportsReady } from "./drain.ts";

const now = 100_000;
const since = (began: number, changed = began, left?: number) => ({
  began: now - began,
  changed: now - changed,
  generations: "",
  ...(left === undefined ? {} : { left: now - left }),
});
const cases: [string, Parameters<typeof nextStep>, ReturnType<typeof nextStep>][] = [
  ["the only pod does not wait", [since(0), "alone", now], "go"],
  ["a pod that no Service leads to goes at once", [since(0), "absent", now], "go"],
  ["one of several waits until the slices have been quiet", [since(1200, 1000), "among", now], 100],
  ["then it leaves its services", [since(0, 1600), "among", now], "leave"],
  ["where it is late, it waits until it is ready again", [since(1200, 700, 700), "absent", now], 100],
  ["a pod that is never ready again goes", [since(3000, 2500, 2500), "absent", now], "go"],
  ["a pod that is ready again waits", [since(1200, 100, 650), "among", now], 100],
  ["and leaves again", [since(2800, 1600, 2150), "among", now], "leave"],
  ["but not for ever", [since(12_000, 100, 1000), "among", now], "go"],
  ["the last ready pod waits for another", [since(2000), "last", now], 100],
  ["but not for ever, either", [since(12_000), "last", now], "go"],
];
for (const [name, args, expected] of cases) {
  Deno.test(`drain: ${name}`, () => assert.equal(nextStep(...args), expected));
}

Deno.test("drain: changes are noticed", () => {
  const slice = (generation: number, time: number) => [{
    ...{ addressType: "IPv4", endpoints: [] },
    metadata: { uid: "s", generation, managedFields: [{ time: new Date(time) }] },
  }];
  assert.equal(observe(undefined, slice(1, now - 5000), now).changed, now - 4000);
  assert.equal(observe(undefined, slice(1, now - 300), now).changed, now);
  const first = observe(undefined, slice(1, now - 5000), now);
  assert.equal(observe(first, slice(1, now), now + 100), first);
  assert.equal(observe(first, slice(2, now), now + 100).changed, now + 100);
});

Deno.test("drain: a pod reports that it is ready once the kubelet has seen the image", () => {
  const pod = (generation: number, observedGeneration: number | undefined, ready: string) => ({
    metadata: { generation },
    status: {
      conditions: [{ type: "Ready", status: ready }],
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
    },
  });
  assert.equal(reportsReady(pod(2, 1, "True")), false);
  assert.equal(reportsReady(pod(2, 2, "True")), true);
  assert.equal(reportsReady(pod(2, 2, "False")), false);
  // Before v1.34 the status has no generation.
  assert.equal(reportsReady(pod(2, undefined, "True")), true);
});
