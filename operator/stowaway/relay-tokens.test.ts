import assert from "node:assert/strict";
import { untilLost } from "./relay-tokens.ts";

const now = Date.parse("2030-01-01T00:00:30Z");
const ending = (deletionTimestamp: string) => ({ metadata: { deletionTimestamp } as never });

Deno.test("a pod that lives is not lost", () => {
  assert.equal(untilLost({ metadata: {} }, now), undefined);
});

Deno.test("a pod that ends has its grace period, which is in its deletion's time, and 15 s more", () => {
  assert.equal(untilLost(ending("2030-01-01T00:00:35Z"), now), 20_000);
  assert.equal(untilLost(ending("2030-01-01T00:00:20Z"), now), 5_000);
});

Deno.test("one that still ends after that is on a lost node", () => {
  assert.equal(untilLost(ending("2030-01-01T00:00:15Z"), now), 0);
  assert.equal(untilLost(ending("2030-01-01T00:00:00Z"), now), 0);
});
