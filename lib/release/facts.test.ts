import assert from "node:assert/strict";
import { factsOf, parseFacts } from "./facts.ts";

const sum = "ab".repeat(32);

Deno.test("the facts are the version and the archives of the sums", () => {
  const sums =
    `${sum}  gefyra-1.2.3-linux-x64.tar.gz\n${sum} *gefyra-1.2.3-windows-x64.zip\n${sum}  gefyra.js\n`;
  assert.deepEqual(factsOf("1.2.3", sums), {
    version: "1.2.3",
    archives: {
      "linux-x64": { name: "gefyra-1.2.3-linux-x64.tar.gz", sha256: sum },
      "windows-x64": { name: "gefyra-1.2.3-windows-x64.zip", sha256: sum },
    },
  });
});

Deno.test("archives of another version are not those of this one", () => {
  assert.deepEqual(factsOf("1.2.4", `${sum}  gefyra-1.2.3-linux-x64.tar.gz\n`).archives, {});
});

Deno.test("facts are read as they were written; anything else is refused", () => {
  const facts = { version: "1.2.3", archives: { "linux-x64": { name: "gefyra.tar.gz", sha256: sum } } };
  const read = (value: unknown) => parseFacts(JSON.stringify(value), "http://releases/release.json");
  assert.deepEqual(read(facts), facts);
  assert.deepEqual(read({ ...facts, more: 1 }), { ...facts, more: 1 });
  const wrong: unknown[] = [
    [],
    { ...facts, version: "../1" },
    { ...facts, archives: { "linux-x64": { name: "../gefyra", sha256: sum } } },
    { ...facts, archives: { "linux-x64": { name: "gefyra", sha256: "short" } } },
  ];
  for (const value of wrong) assert.throws(() => read(value), /it is not a release\.json/);
  assert.throws(() => parseFacts("<html>", "http://releases/release.json"), { id: "release-unreadable" });
});
