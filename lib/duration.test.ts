import assert from "node:assert/strict";
import { secondsIn } from "./duration.ts";

Deno.test("a duration has numbers and units", () => {
  const table: [string, number | undefined][] = [
    ["10s", 10],
    ["1m30s", 90],
    ["0.5h", 1800],
    ["2d", 172_800],
    ["0s", 0],
    ["10", undefined],
    ["s", undefined],
    ["-1s", undefined],
    ["", undefined],
  ];
  for (const [text, seconds] of table) assert.equal(secondsIn(text), seconds, text);
});
