import assert from "node:assert/strict";
import { parseSince } from "./since.ts";

Deno.test("--since takes what docker logs takes", () => {
  const now = Date.parse("2030-01-02T12:00:00Z");
  const table: [string, number][] = [
    ["10m", now / 1000 - 600],
    ["1h30m", now / 1000 - 5400],
    ["1.5s", now / 1000 - 1.5],
    ["2d", now / 1000 - 172_800],
    ["1700000000.25", 1700000000.25],
    ["2030-01-02T11:59:00Z", now / 1000 - 60],
  ];
  for (const [text, seconds] of table) assert.equal(parseSince(text, now), seconds, text);
  for (const text of ["", "yesterday", "10x", "m"]) {
    assert.throws(() => parseSince(text, now), /Cannot show logs since/, text);
  }
});
