import assert from "node:assert/strict";
import type { Result } from "../check-result.ts";

/** Every verdict but "ok" says what to do, or needs nothing done. */
export function assertJudged(results: Result[], ...expected: [Result["verdict"], RegExp, RegExp?][]): void {
  assert.deepEqual(results.map(({ verdict }) => verdict), expected.map(([verdict]) => verdict));
  expected.forEach(([verdict, message, remedy], i) => {
    assert.match(results[i]!.message, message);
    if (remedy) assert.match(results[i]!.remedy ?? "", remedy);
    assert.equal(results[i]!.remedy !== undefined, verdict === "attention" || verdict === "broken");
  });
}
