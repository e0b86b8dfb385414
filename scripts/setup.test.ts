/** Tests that the engine started by setup is stopped when nobody uses it, and only then. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

const setup = new URL("setup", import.meta.url).pathname;

/** Runs `scripts/setup --stop` with a process named dockerd and a fake `docker ps` result. */
async function stop(dockerPs: string): Promise<{ stopped: boolean; said: string }> {
  const folder = await Deno.makeTempDir({ prefix: "gefyra-setup-" });
  await Deno.mkdir(`${folder}/gefyra`);
  await Deno.writeTextFile(`${folder}/docker`, `#!/bin/sh\n${dockerPs}\n`, { mode: 0o755 });
  await Deno.copyFile("/bin/sleep", `${folder}/dockerd`);
  const engine = new Deno.Command(`${folder}/dockerd`, { args: ["60"] }).spawn();
  let ended = false;
  const status = engine.status.then(() => ended = true);
  try {
    await Deno.writeTextFile(`${folder}/gefyra/dockerd.pid`, `${engine.pid}\n`);
    const { code, stderr } = await new Deno.Command(setup, {
      args: ["--stop"],
      env: { XDG_CACHE_HOME: folder, PATH: `${folder}:${Deno.env.get("PATH")}` },
      stderr: "piped",
    }).output();
    assert.equal(code, 0);
    await Promise.race([status, delay(100)]);
    return { stopped: ended, said: new TextDecoder().decode(stderr).trim() };
  } finally {
    if (!ended) engine.kill("SIGKILL");
    await status;
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "setup --stop",
  ignore: Deno.build.os !== "linux",
  fn: async (t) => {
    await t.step("stops an engine in which nothing runs", async () => {
      assert.deepEqual(await stop("true"), { stopped: true, said: "setup: stopping Docker" });
    });
    await t.step("leaves one in which containers run, and names them", async () => {
      assert.deepEqual(await stop("echo lab-control-plane; echo shop"), {
        stopped: false,
        said: "setup: Docker stays, since containers run in it: lab-control-plane shop",
      });
    });
    await t.step("leaves one that does not tell", async () => {
      const { stopped, said } = await stop("exit 1");
      assert.equal(stopped, false);
      assert.match(said, /^setup: Docker stays: it does not say what runs in it \(process \d+\)$/);
    });
  },
});
