import assert from "node:assert/strict";
import fc from "fast-check";
import { parseEnvFile } from "./file.ts";
import { type EnvFormat, quote, writeVariables } from "./format.ts";

const text = fc.string({ unit: "binary" }).filter((value) => !value.includes("\0"));
const tricky = fc.stringMatching(/^[\n\r\t '"$`\\=#!{}a-z\u00e4\u20ac]*$/);
const value = fc.oneof(text, tricky);
const anyName = fc.oneof(
  fc.stringMatching(/^[A-Za-z_]\w{0,8}$/),
  fc.constantFrom("__proto__", "a.b", "a-b", "# no", "two words", "1"),
);
const variablesOf = (name: fc.Arbitrary<string>) =>
  fc.array(fc.tuple(name, value)).map((entries) => new Map(entries));

/** Those that a format says it cannot express are missing, all others are as they were. */
function expectKept(format: EnvFormat, variables: Map<string, string>, read: Map<string, string>) {
  const { remarks } = writeVariables(variables, format);
  const lost = remarks.map((remark) => remark.slice(0, remark.lastIndexOf(": its ")));
  const expected = [...variables].filter(([name]) => !lost.includes(name));
  assert.deepEqual(read, new Map(expected));
}

Deno.test("dotenv is read back as it was written, but for what it says it cannot express", () => {
  fc.assert(
    fc.property(variablesOf(anyName), (variables) => {
      const { text } = writeVariables(variables, "dotenv");
      const entries = parseEnvFile("file", `${text}\n`, () => undefined);
      const read = entries.map((entry) =>
        [entry.split("=")[0]!, entry.slice(entry.indexOf("=") + 1)] as const
      );
      expectKept("dotenv", variables, new Map(read));
    }),
    { numRuns: 500 },
  );
});

Deno.test("json is read back as it was written", () => {
  fc.assert(fc.property(variablesOf(anyName), (variables) => {
    const { text, remarks } = writeVariables(variables, "json");
    assert.deepEqual(remarks, []);
    assert.deepEqual(new Map(Object.entries(JSON.parse(text))), new Map([...variables].sort(byIndex)));
  }));
});

/** An object has names that are numbers first; the order of variables has no meaning. */
const byIndex = ([a]: [string, string], [b]: [string, string]) =>
  Number(/^\d+$/.test(b)) - Number(/^\d+$/.test(a));

Deno.test("a shell that evaluates the output has the variables as they were", async () => {
  const own = fc.stringMatching(/^V_\w{0,8}$/);
  // Valid UTF-8 only: the kernel hands over bytes, and lone halves of pairs have none.
  const variables = variablesOf(own).filter((all) => [...all.values()].every((one) => one.isWellFormed()));
  for (const sample of fc.sample(variables, 15)) {
    const { text, remarks } = writeVariables(sample, "shell");
    assert.deepEqual(remarks, []);
    const script = 'eval "$(cat)"; exec env -0';
    const child = new Deno.Command("sh", { args: ["-c", script], stdin: "piped", stdout: "piped" }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${text}\n`));
    await writer.close();
    const { stdout } = await child.output();
    const entries = new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout).split("\0")
      .filter((entry) => entry.startsWith("V_"));
    const read = entries.map((entry) => [entry.split("=")[0]!, entry.slice(entry.indexOf("=") + 1)] as const);
    assert.deepEqual(new Map(read), sample);
  }
});

Deno.test("what a format cannot express is named, without its value", () => {
  const table: [EnvFormat, string, string, string][] = [
    ["dotenv", "CERT", "a\nb", "CERT: its value has several lines"],
    ["dotenv", "A", "secret\r", "A: its value ends with a carriage return"],
    ["dotenv", "A B", "1", "A B: its name"],
    ["dotenv", "#A", "1", "#A: its name"],
    ["dotenv", "BIG", "x".repeat(70_000), "BIG: its value is longer than 64 KiB"],
    ["shell", "a.b", "1", "a.b: its name"],
    ["shell", "1A", "1", "1A: its name"],
  ];
  for (const [format, name, value, remark] of table) {
    const written = writeVariables(new Map([[name, value], ["KEPT", ""]]), format);
    assert.deepEqual(written.remarks, [remark]);
    assert.match(written.text, /^(export )?KEPT=('')?$/);
  }
});

Deno.test("a word is quoted for any shell", () => {
  assert.equal(quote(`it's "$5"`), `'it'\\''s "$5"'`);
});
