import assert from "node:assert/strict";
import { judgeRoundTrip } from "./round-trip.ts";
import { assertJudged } from "./assert-judged.ts";

Deno.test("round trip: each direction separately", () => {
  const at = { service: "10.96.0.1", port: 10000, pod: "p", milliseconds: 3 };
  assertJudged(judgeRoundTrip({ out: true, back: true }, at), ["ok", /port 10000/]);
  assertJudged(judgeRoundTrip({ out: false, back: true }, at), [
    "broken",
    /cannot reach .* \(10.96.0.1:443\)/,
  ]);
  assertJudged(judgeRoundTrip({ out: true, back: false }, at), ["broken", /pod p called/]);
  assert.equal(judgeRoundTrip({ out: false, back: false }, at).length, 2);
});
