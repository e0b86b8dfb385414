/** The image for CI jobs: the program in it, with an engine. */
import assert from "node:assert/strict";
import { defaultImages, imageOf } from "../../lib/images.ts";
import { VERSION } from "../../lib/names.ts";
import { runFlags } from "../../scripts/bundle.ts";
import { buildImages } from "../../scripts/images/build.ts";
import { exec, sandbox } from "../docker.ts";

Deno.test("the image for CI jobs", async (t) => {
  await buildImages(["cli"], defaultImages, () => {});
  await using box = sandbox();
  const socket = "/var/run/docker.sock";
  const job = await box.run("job", ["--volume", `${socket}:${socket}`], imageOf("cli"), [
    "sleep",
    "infinity",
  ]);

  await t.step("has the program", async () => {
    assert.equal(await exec(job, "gefyra", "version"), `gefyra ${VERSION}`);
  });
  await t.step("reaches the engine that the job has", async () => {
    const connections = await exec(job, "gefyra", "list", "--connections", "-o", "json");
    assert.ok(Array.isArray(JSON.parse(connections).connections), connections);
    assert.match(await exec(job, "docker", "version", "--format", "{{.Server.Version}}"), /^\d/);
  });
  await t.step("starts the program as the tests do", async () => {
    assert.ok((await exec(job, "cat", "/usr/local/bin/gefyra")).includes(`exec deno ${runFlags.join(" ")} `));
  });
});
