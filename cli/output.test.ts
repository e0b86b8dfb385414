import assert from "node:assert/strict";
import { answer, type Column, type Form, table, type Texts } from "./output.ts";

interface Row {
  name: string;
  pods: number | undefined;
}
const columns: Column<Row>[] = [
  { name: "NAME", value: ({ name }) => name },
  { name: "PODS", value: ({ pods }) => pods },
  { name: "TWICE", value: ({ name }) => name + name, wide: true },
];
const rows: Row[] = [{ name: "a", pods: 3 }, { name: "longer-name", pods: undefined }];

Deno.test("rows are aligned under their headings, three spaces apart, without trailing blanks", () => {
  assert.deepEqual(table(rows, columns).split("\n"), [
    "NAME          PODS",
    "a             3",
    "longer-name",
  ]);
});

Deno.test("wide columns are shown only when they are asked for", () => {
  assert.deepEqual(table(rows, columns, true).split("\n"), [
    "NAME          PODS   TWICE",
    "a             3      aa",
    "longer-name          longer-namelonger-name",
  ]);
});

Deno.test("an empty table is its headings", () => {
  assert.equal(table([], columns), "NAME   PODS");
});

Deno.test("output is free of colours, so that it can be piped", () => {
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(table(rows, columns), /\x1b/);
});

/** What an answer prints on stdout. */
async function printed(form: Form, texts: Partial<Texts> = {}): Promise<string> {
  let text = "";
  const { log } = console;
  console.log = (line: unknown) => void (text += `${line}\n`);
  try {
    const data = {
      apps: [],
      bridges: [{ name: "b", namespace: "n", change: "none" as const }],
      connection: "c",
    };
    await answer("apply", data, form, { text: (wide) => wide ? "wide" : "for people", ...texts });
  } finally {
    console.log = log;
  }
  return text;
}

Deno.test("an answer is printed in the form that was asked for; -o is stronger than --quiet", async () => {
  const names = () => ["app/a", "bridge/b"];
  const table: [Form, Partial<Texts>, string | RegExp][] = [
    [{}, {}, "for people\n"],
    [{ output: "wide" }, {}, "wide\n"],
    [{ output: "name" }, { names }, "app/a\nbridge/b\n"],
    [{ output: "yaml" }, {}, /^apps: \[\]\nbridges:\n {2}- name: b\n/],
    [{ output: "json", quiet: true }, { names }, /^\{\n {2}"apps": \[\],/],
    [{ quiet: true }, { names }, "a\nb\n"],
    [{ quiet: true }, { names, short: () => "" }, ""],
    [{ quiet: true }, { names: () => [] }, ""],
    [{ quiet: true }, {}, "for people\n"],
  ];
  for (const [form, texts, expected] of table) {
    const text = await printed(form, texts);
    if (typeof expected === "string") assert.equal(text, expected, JSON.stringify(form));
    else assert.match(text, expected, JSON.stringify(form));
  }
});
