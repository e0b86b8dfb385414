import assert from "node:assert/strict";
import { byRoom, goCoverage, parseLcov, roomOf, table } from "./rooms.ts";

const lcov = `SF:/here/lib/plan/a.ts
DA:1,1
BRF:4
BRH:1
LH:8
LF:10
end_of_record
SF:/here/lib/plan/deep/b.ts
LH:1
LF:10
BRF:0
BRH:0
end_of_record
SF:/here/cli/up.ts
LH:2
LF:4
end_of_record
`;

Deno.test("lines and branches are summed by room, and files that nobody loads are counted", () => {
  const sources = ["lib/plan/a.ts", "lib/plan/deep/b.ts", "lib/plan/c.ts", "cli/up.ts"];
  const rooms = byRoom(parseLcov(lcov, "/here"), sources);
  assert.deepEqual(rooms, [
    ["cli", { lines: { some: 2, all: 4 }, branches: { some: 0, all: 0 }, unloaded: { some: 0, all: 1 } }],
    ["lib/plan", {
      lines: { some: 9, all: 20 },
      branches: { some: 1, all: 4 },
      unloaded: { some: 1, all: 3 },
    }],
  ]);
  const rows = table(rooms).split("\n").map((row) => row.trim().split(/ {2,}/));
  assert.deepEqual(rows[0], ["ROOM", "LINES", "BRANCHES", "LINES COUNTED", "FILES NOT LOADED"]);
  assert.deepEqual(rows.slice(1), [
    ["cli", "50 %", "-", "4", "0 of 1"],
    ["lib/plan", "45 %", "25 %", "20", "1 of 3"],
    ["all", "46 %", "25 %", "24", "1 of 4"],
  ]);
});

Deno.test("rooms are folders of the root, and those of lib and operator", () => {
  const table = {
    "lib/plan/modes/a.ts": "lib/plan",
    "lib/errors.ts": "lib",
    "scripts/images/a.ts": "scripts",
    "operator/bridge/a.ts": "operator/bridge",
  };
  for (const [path, room] of Object.entries(table)) assert.equal(roomOf(path), room);
});

Deno.test("Go counts statements", () => {
  const profile = [
    "mode: set",
    "m/a.go:1.1,2.2 3 1",
    "m/a.go:3.1,4.2 2 0",
    "m/in/b.go:1.1,2.2 4 0",
    "m/in/b.go:1.1,2.2 4 1",
  ];
  const rooms = goCoverage(profile.join("\n"), "m", "images/m");
  assert.deepEqual(rooms.map(([name, { lines }]) => [name, lines]), [
    ["images/m", { some: 3, all: 5 }],
    ["images/m/in", { some: 4, all: 4 }],
  ]);
});
