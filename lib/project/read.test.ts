import assert from "node:assert/strict";
import { parseConfig, readConfig } from "./read.ts";
import { configSchema } from "./schema.ts";

const user = configSchema("user"), project = configSchema("project");

/** The message without its beginning, and the rest of the error. */
function problemsOf(work: () => unknown): { id: string; exit: string; hint: string; problems: string[] } {
  try {
    work();
  } catch (error) {
    const { id, exit, hint, message } = error as { id: string; exit: string; hint: string; message: string };
    assert.match(message, /^Cannot use my\.yaml: /);
    return { id, exit, hint, problems: message.replace("Cannot use my.yaml: ", "").split("; ").sort() };
  }
  throw new Error("nothing was thrown");
}

Deno.test("an empty file is valid, and so is one with all settings", () => {
  assert.deepEqual(parseConfig("", "my.yaml", user), {});
  assert.deepEqual(parseConfig("# nothing\n", "my.yaml", project), {});
  const text =
    `defaults: { connection: a, context: "b:c", kubeconfig: /k, namespace: n, transport: api-server,
    egress: local, registry: r, tag: "1" }`;
  assert.equal(Object.keys(parseConfig(text, "my.yaml", user).defaults ?? {}).length, 8);
});

Deno.test("every problem is reported, with its key, in one error", () => {
  const text = `defaults: { conection: a, namespace: 5, transport: pigeon, context: "" }\nnonsense: 1`;
  const { id, exit, hint, problems } = problemsOf(() => parseConfig(text, "my.yaml", user));
  assert.deepEqual([id, exit], ["config-invalid", "usage"]);
  assert.match(hint, /gefyra config schema/);
  assert.deepEqual(problems, [
    "defaults.conection is unknown",
    "defaults.context must not have fewer than 1 characters",
    "defaults.namespace must be string",
    "defaults.transport must be one of docker-network, node-port, load-balancer, api-server",
    "nonsense is unknown",
  ]);
});

Deno.test("a project decides neither the kubeconfig, whose plugins run here, nor the images", () => {
  const text = "defaults: { kubeconfig: ./k, registry: evil, tag: x, context: fine }";
  assert.deepEqual(problemsOf(() => parseConfig(text, "my.yaml", project)).problems, [
    "defaults.kubeconfig may only be set in your own config.yaml",
    "defaults.registry may only be set in your own config.yaml",
    "defaults.tag may only be set in your own config.yaml",
  ]);
});

Deno.test("what is no YAML, no mapping or no file is refused", () => {
  assert.match(problemsOf(() => parseConfig("a: [", "my.yaml", user)).problems[0]!, /^not YAML: /);
  assert.deepEqual(problemsOf(() => parseConfig("- a", "my.yaml", user)).problems, [
    "the file must be object",
  ]);
  assert.throws(() => readConfig("/nonexistent/my.yaml", user), { id: "config-unreadable", exit: "usage" });
});
