/** What docs/debuggers.md says, run as it stands there: an edit shows, and a breakpoint holds a request from the cluster. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { dap } from "../harness/debuggers/dap.ts";
import type { Attach } from "../harness/debuggers/debugger.ts";
import { inspector } from "../harness/debuggers/inspector.ts";
import { jdb } from "../harness/debuggers/jdb.ts";
import { gefyra } from "../harness/gefyra.ts";
import { named } from "../harness/names.ts";
import { type Guide, readGuide } from "../harness/debuggers/guide.ts";
import { ordered } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

const languages: { name: string; source: string; attach: Attach }[] = [
  { name: "Node", source: "server.mjs", attach: inspector },
  { name: "Python", source: "server.py", attach: dap },
  { name: "Go", source: "main.go", attach: dap },
  { name: "Java", source: "Server.java", attach: jdb },
];

Deno.test("hot reload and debuggers", async (t) => {
  await using place = await testEnv("debuggers");
  const step = ordered(t), app = named("api");
  await Promise.all([place.apply([tools(), ...workload("api")]), gefyra("up")]);
  const original = await place.ask("http://api");

  for (const { name, source, attach } of languages) {
    await step(name, async () => {
      const folder = `${place.folder}/${name}`, file = `${folder}/${source}`;
      await Deno.mkdir(folder);
      for (const one of [source, "go.mod"]) {
        await Deno.copyFile(`tests/workloads/debugged/${one}`, `${folder}/${one}`);
      }
      const guide: Guide = await readGuide(name, { app, namespace: place.namespace, folder });
      await guide.run();
      await guide.bridge();
      const answers = (text: string) =>
        eventually(async () => assert.equal(await place.ask("http://api/path"), text), 20_000);
      await answers("before /path");

      const text = await Deno.readTextFile(file);
      await Deno.writeTextFile(file, text.replace("before", "after"));
      await guide.afterEdit?.();
      await answers("after /path");

      const line = text.split("\n").findIndex((line) => line.includes("the debugger stops here")) + 1;
      const debug = await attach(guide.configuration, { file, line });
      let answered = false;
      const answer = place.ask("http://api/held").finally(() => answered = true);
      assert.deepEqual(await debug.stopped(), { file, line });
      assert.ok(!answered, "the breakpoint holds the request");
      await debug.leave();
      assert.equal(await answer, "after /held");

      await gefyra("rm", "--force", app);
      assert.equal(await place.ask("http://api"), original);
    });
  }
});
