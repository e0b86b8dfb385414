import assert from "node:assert/strict";
import { parse } from "yaml";
import config from "../deno.json" with { type: "json" };
import { parts } from "../lib/images.ts";

interface Step {
  run?: string;
  with?: Record<string, string>;
}
interface Workflow {
  jobs: Record<string, { steps?: Step[]; needs?: string; uses?: string }>;
}

const read = async (name: string): Promise<Workflow> =>
  parse(await Deno.readTextFile(new URL(`../.github/workflows/${name}.yml`, import.meta.url)));
const runs = ({ jobs }: Workflow, job: string) =>
  jobs[job]?.steps?.map(({ run }) => run ?? "").join("\n") ?? "";

Deno.test("the checks of CI are those of ./scripts/test", async () => {
  assert.match(runs(await read("ci"), "test"), /^\.\/scripts\/test$/m);
});

Deno.test("a release is tested first, and pushes the image of every part", async () => {
  const release = await read("release");
  assert.equal(release.jobs.test?.uses, "./.github/workflows/ci.yml");
  assert.equal(release.jobs.release?.needs, "test");
  const [, pushed = ""] = runs(release, "release").match(/for part in (.*);/) ?? [];
  assert.deepEqual(pushed.split(" ").sort(), parts.toSorted());
});

Deno.test("a release uses tasks that there are, and the Deno that the project is tested with", async () => {
  const release = await read("release");
  const tasks = [...runs(release, "release").matchAll(/deno task (\w+)/g)].map(([, task = ""]) => task);
  assert.ok(tasks.length > 0);
  for (const task of tasks) assert.ok(task in config.tasks, task);
  const setup = await Deno.readTextFile(new URL("setup", import.meta.url));
  const version = release.jobs.release?.steps?.find((step) => step.with?.["deno-version"])?.with
    ?.["deno-version"];
  assert.equal(version, setup.match(/^DENO_VERSION=(.*)$/m)?.[1]);
});
