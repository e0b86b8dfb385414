import { judgeBandwidth, judgeLatency, judgeMtu } from "./measure.ts";
import { assertJudged } from "./assert-judged.ts";

Deno.test("latency: the middle and the worst of all answers, and what was lost", () => {
  const twenty = Array.from({ length: 20 }, (_, i) => 1000 - 10 * i);
  assertJudged([judgeLatency(twenty)], ["ok", /^0.91 ms \(at most 1 ms\)$/]);
  assertJudged([judgeLatency([500, 2000])], ["attention", /18 of 20 lost$/, /drops/]);
  assertJudged([judgeLatency([])], ["broken", /nothing comes back/]);
});

Deno.test("MTU and bandwidth: what passes, and what does not", () => {
  for (const bytes of [1420, 1417]) assertJudged([judgeMtu(bytes, 1420)], ["ok", /^1420 bytes/]);
  assertJudged([judgeMtu(1416, 1420)], ["broken", /up to 1416 bytes pass, .* 1420/, /measures it again/]);
  assertJudged([judgeBandwidth(12_500_000, 1_000_000)], ["ok", /^100 Mbit\/s out, 8 Mbit\/s in$/]);
  assertJudged([judgeBandwidth(undefined, undefined)], ["broken", /through/]);
  assertJudged([judgeBandwidth(1, 0)], ["broken", /back/]);
});
