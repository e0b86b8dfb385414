import assert from "node:assert/strict";
import { parseGoTests, testModule } from "./go-tests.ts";

Deno.test("each Go test is a result, tests within it and its output with it", () => {
  const events = [
    { Action: "start", Package: "a" },
    { Action: "run", Package: "a", Test: "TestOne" },
    { Action: "output", Package: "a", Test: "TestOne/inner", Output: "inner is wrong\n" },
    { Action: "fail", Package: "a", Test: "TestOne/inner" },
    { Action: "fail", Package: "a", Test: "TestOne" },
    { Action: "pass", Package: "a", Test: "TestTwo" },
    { Action: "pass", Package: "a/b", Test: "TestOne" },
    { Action: "fail", Package: "a" },
  ];
  assert.deepEqual(
    parseGoTests(events.map((event) => JSON.stringify(event)).join("\n") + "\nnot JSON\n", "a"),
    [
      { folder: ".", name: "TestOne", passed: false, output: "inner is wrong\n" },
      { folder: ".", name: "TestTwo", passed: true, output: "" },
      { folder: "./b", name: "TestOne", passed: true, output: "" },
    ],
  );
});

Deno.test("a module that cannot be built has failed, and says why", async () => {
  const folder = await Deno.makeTempDir({ prefix: "gefyra-go-" });
  try {
    await Deno.writeTextFile(`${folder}/go.mod`, "module a\n\ngo 1.24.0\n");
    await Deno.writeTextFile(`${folder}/a_test.go`, "package a\n\nvar one = missing\n");
    const [result, ...more] = await testModule(folder);
    assert.deepEqual(more, []);
    assert.equal(result?.passed, false);
    assert.match(result.output, /undefined: missing/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
