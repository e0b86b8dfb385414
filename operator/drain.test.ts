import assert from "node:assert/strict";
import { waitFor } from "./drain.ts";

const now = 100_000;
const cases: [string, Parameters<typeof waitFor>, number][] = [
  ["a single pod is not kept waiting", [undefined, { ready: true, peers: false, now }], 0],
  ["one that is not ready is in no service", [undefined, { ready: false, peers: true, now }], 0],
  ["one of several leaves its services first", [undefined, { ready: true, peers: true, now }], 2500],
  ["it waits until nobody is sent there", [{ began: now - 1000, said: now - 1000 }, {
    ready: false,
    peers: true,
    now,
  }], 1500],
  ["then it goes", [{ began: now - 2500, said: now - 2500 }, { ready: false, peers: true, now }], 0],
  ["where the kubelet says otherwise it begins again", [{ began: now - 2500, said: now - 2500 }, {
    ready: true,
    peers: true,
    now,
  }], 2500],
  ["but not for ever", [{ began: now - 15000, said: now - 100 }, { ready: true, peers: true, now }], 0],
  ["the last one that serves goes as it is", [{ began: now - 100, said: now - 100 }, {
    ready: false,
    peers: false,
    now,
  }], 0],
];

for (const [name, args, expected] of cases) {
  Deno.test(`drain: ${name}`, () => assert.equal(waitFor(...args), expected));
}
