import assert from "node:assert/strict";
import { type Connections, connectionsText, drainMsOf, type DrainOptions, sumOf } from "./drain.ts";

Deno.test("connections that are in use may stay for 10 s, or as long as the bridge says, or for ever", () => {
  const table: [DrainOptions, number | undefined][] = [
    [{}, 10_000],
    [{ drainTimeoutSeconds: 0 }, 0],
    [{ drainTimeoutSeconds: 60 }, 60_000],
    [{ keepConnections: false }, 10_000],
    [{ keepConnections: true }, undefined],
    [{ keepConnections: true, drainTimeoutSeconds: 60 }, undefined],
  ];
  for (const [options, expected] of table) assert.equal(drainMsOf(options), expected);
});

Deno.test("what became of connections is a sentence", () => {
  const table: [Connections[], string][] = [
    [[], ""],
    [[{ moved: 0, cut: 0, open: 0 }], ""],
    [[{ moved: 1, cut: 0, open: 0 }], "1 open connection moved."],
    [
      [{ moved: 2, cut: 1, open: 0 }, { moved: 1, cut: 1, open: 0 }],
      "3 open connections moved, 2 were closed in use.",
    ],
    [[{ moved: 1, cut: 0, open: 1 }], "1 open connection moved, 1 is in use and will be closed within 5 s."],
    [[{ moved: 0, cut: 1, open: 0 }], "1 open connection was closed in use."],
    [[{ moved: 0, cut: 0, open: 2 }], "2 open connections are in use and will be closed within 5 s."],
  ];
  for (const [all, text] of table) assert.equal(connectionsText(sumOf(all), 5_000), text);
});
