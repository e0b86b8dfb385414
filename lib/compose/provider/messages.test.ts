import assert from "node:assert/strict";
import { GefyraError } from "../../errors.ts";
import { errorMessage, messageSteps, variableMessages } from "./messages.ts";

Deno.test("a step is told when it begins, and what it has found out", async () => {
  const said: string[] = [];
  const steps = messageSteps((line) => said.push(line));
  const result = await steps.step("Starting api", (note) => {
    note("at 172.28.4.9");
    return Promise.resolve(1);
  });
  steps.debug("one\ntwo");
  await assert.rejects(steps.step("Bridging", () => Promise.reject(new Error("no"))));
  assert.equal(result, 1);
  assert.deepEqual(said, [
    '{"type":"info","message":"Starting api"}',
    '{"type":"info","message":"Starting api: at 172.28.4.9"}',
    '{"type":"debug","message":"one\\ntwo"}',
    '{"type":"info","message":"Bridging"}',
  ]);
});

Deno.test("an error says what to do", () => {
  assert.equal(
    errorMessage(new GefyraError("x", 'Cannot use "a"', { hint: "use b" })),
    '{"type":"error","message":"Cannot use \\"a\\" (use b)"}',
  );
  assert.equal(errorMessage(new Error("no")), '{"type":"error","message":"no"}');
});

Deno.test("each variable is one message", () => {
  assert.deepEqual(variableMessages({ HOST: "api", B: "x=y" }), [
    '{"type":"setenv","message":"HOST=api"}',
    '{"type":"setenv","message":"B=x=y"}',
  ]);
  assert.deepEqual(variableMessages({}), []);
});
