import assert from "node:assert/strict";
import { resolveSettings, settingNames, variableOf } from "./settings.ts";

const user = { file: "/home/me/config.yaml", defaults: { connection: "mine", namespace: "own", tag: "1" } };
const project = { file: "/src/gefyra.yaml", defaults: { connection: "team", context: "staging" } };

const resolve = (env: Record<string, string>, files: Parameters<typeof resolveSettings>[1]) =>
  Object.fromEntries(
    resolveSettings((name) => env[name], files).map((
      { name, value, source, from },
    ) => [name, [value, source, from]]),
  );

Deno.test("a variable is stronger than the project, the project than the user, the user than the default", () => {
  const found = resolve({ GEFYRA_CONTEXT: "other", GEFYRA_NAMESPACE: "" }, { user, project });
  assert.deepEqual(found.context, ["other", "environment", "GEFYRA_CONTEXT"]);
  assert.deepEqual(found.connection, ["team", "project", project.file]);
  assert.deepEqual(found.namespace, ["own", "user", user.file]);
  assert.deepEqual(found.tag, ["1", "user", user.file]);
  assert.deepEqual(found.egress, [undefined, "default", undefined]);
  assert.deepEqual(Object.keys(found), settingNames);
});

Deno.test("without files, only the environment counts", () => {
  const found = resolve(Object.fromEntries(settingNames.map((name) => [variableOf(name), `my-${name}`])), {});
  for (const name of settingNames) {
    assert.deepEqual(found[name], [`my-${name}`, "environment", variableOf(name)]);
  }
});
