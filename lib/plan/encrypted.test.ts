import assert from "node:assert/strict";
import type { InterceptedPort } from "../api/bridge.ts";
import { isHeard, spokenNotes } from "./encrypted.ts";

const port = (remote: number | string | undefined, port: number, path: InterceptedPort["path"] = "http") => ({
  ...(remote === undefined ? {} : { remote }),
  port,
  protocol: "TCP" as const,
  path,
});
const ports = [port("https", 8443), port(80, 80), port(undefined, 9000), port(53, 53, "stream")];

Deno.test("a bridged port that received TLS is named as it was typed", () => {
  const note = "port https (8443) speaks TLS: --match cannot read it, so the original gets all of it";
  const table: [string[], string[]][] = [
    [[], []],
    [["8443-http", "80-http"], []],
    [["8443-tls", "9000-tls", "53-tls"], [note]],
    [["8443-http", "8443-tls"], [note]],
    [["443-tls", "18443-tls"], []],
  ];
  for (const [spoken, notes] of table) assert.deepEqual(spokenNotes(spoken, ports), notes, spoken.join());
});

Deno.test("the wait ends when each inspected port has received traffic", () => {
  assert.equal(isHeard([], ports), false);
  assert.equal(isHeard(["80-http"], ports), false);
  assert.equal(isHeard(["80-http", "8443-tls"], ports), true);
  assert.equal(isHeard([], [port(53, 53, "stream")]), true);
});
