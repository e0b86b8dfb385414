import assert from "node:assert/strict";
import { imageOf } from "../../lib/images.ts";
import { VERSION } from "../../lib/names.ts";
import { docker, eventually, sandbox, tryDocker } from "../docker.ts";

Deno.test("the operator's image runs the gefyra program, with no right at all", async (t) => {
  const restricted = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
  await t.step("as a user that is a number and not root", async () => {
    const user = await docker(["inspect", "--format", "{{ .Config.User }}", imageOf("operator")]);
    assert.match(user, /^[1-9]\d*:[1-9]\d*$/);
  });
  await t.step("of this version", async () => {
    await using box = sandbox();
    const container = await box.run("version", restricted, imageOf("operator"), ["version"]);
    assert.equal(await docker(["wait", container]), "0");
    assert.match(await docker(["logs", container]), new RegExp(VERSION.replaceAll(".", "\\.")));
  });
  await t.step("outside of a cluster it ends with the reason", async () => {
    await using box = sandbox();
    const container = await box.run("operator", restricted, imageOf("operator"));
    const ended = ["inspect", "--format", "{{ .State.Status }} {{ .State.ExitCode }}", container];
    await eventually(async () => assert.match(await docker(ended), /^exited [1-9]/));
    assert.match((await tryDocker(["logs", container])).stderr, /^Error: Cannot find a cluster: /);
  });
});
