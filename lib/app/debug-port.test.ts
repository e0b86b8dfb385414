import assert from "node:assert/strict";
import { debugPort } from "./debug-port.ts";

Deno.test("a debugger's port is published on 127.0.0.1 only", () => {
  const table: [string, string][] = [
    ["5678", "127.0.0.1:5678:5678"],
    ["15678:5678", "127.0.0.1:15678:5678"],
    ["65535", "127.0.0.1:65535:65535"],
  ];
  for (const [text, published] of table) assert.equal(debugPort(text), published);
  for (const text of ["", "0", "65536", "0:5678", "0.0.0.0:5678:5678", "5678/udp", "x", ":5678"]) {
    assert.throws(() => debugPort(text), /it is not \[HOST:\]PORT/, text);
  }
});
