import assert from "node:assert/strict";
import { parse } from "yaml";
import config from "../deno.json" with { type: "json" };
import { allCommands } from "../cli/commands.ts";
import { DEFAULT_REGISTRY, parts } from "../lib/images.ts";
import { RELEASES_URL, systems } from "../lib/release/facts.ts";

interface Step {
  run?: string;
  uses?: string;
  with?: Record<string, string>;
}
interface Job {
  steps?: Step[];
  needs?: string | string[];
  uses?: string;
  permissions?: Record<string, string>;
  strategy?: {
    matrix: { part?: string[]; target?: string[]; include?: { target?: string; arch?: string }[] };
  };
}
interface Workflow {
  env?: Record<string, string>;
  jobs: Record<string, Job>;
}

const read = async (name: string): Promise<Workflow> =>
  parse(await Deno.readTextFile(new URL(`../.github/workflows/${name}.yml`, import.meta.url)));
const script = async (name: string) => await Deno.readTextFile(new URL(name, import.meta.url));
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps = [] }) => steps);
const runs = (job: Job | undefined) => job?.steps?.map(({ run }) => run ?? "").join("\n") ?? "";

/** The jobs that one waits for, directly or not. */
function before({ jobs }: Workflow, job: string): string[] {
  const needs = [jobs[job]?.needs ?? []].flat();
  return needs.flatMap((one) => [one, ...before({ jobs }, one)]);
}

Deno.test("CI runs every part of ./scripts/test, each on a machine of its own", async () => {
  const { test } = (await read("ci")).jobs;
  assert.match(runs(test), /^\.\/scripts\/test \$\{\{ matrix\.part \}\}$/m);
  const all = (await script("test")).match(/^ALL=\((.*)\)$/m)?.[1]?.split(" ");
  assert.deepEqual(test?.strategy?.matrix.part, all);
});

Deno.test("nothing is pushed or published before the tests have passed", async () => {
  const release = await read("release");
  assert.equal(release.jobs.test?.uses, "./.github/workflows/ci.yml");
  const pushing = Object.entries(release.jobs).filter(([, job]) =>
    /docker push|imagetools create|gh release/.test(runs(job))
  );
  assert.deepEqual(pushing.map(([name]) => name), ["images", "indexes", "publish"]);
  for (const [name] of pushing) assert.ok(before(release, name).includes("test"), name);
});

Deno.test("a release pushes the image of every part, for both architectures", async () => {
  const release = await read("release");
  assert.deepEqual(release.env?.PARTS?.split(" ").sort(), parts.toSorted());
  assert.equal(release.env?.REGISTRY, DEFAULT_REGISTRY);
  const { images, indexes } = release.jobs;
  for (const { arch } of images?.strategy?.matrix.include ?? []) {
    assert.ok(runs(indexes).includes(`"$name-${arch}"`), `${arch}`);
  }
  assert.equal(images?.strategy?.matrix.include?.length, 2);
});

Deno.test("a release compiles for every system after its images have digests, and starts each program", async () => {
  const release = await read("release");
  const { compile, start, publish } = release.jobs;
  assert.deepEqual(compile?.strategy?.matrix.target, [...systems]);
  assert.deepEqual(start?.strategy?.matrix.include?.map(({ target }) => target), [...systems]);
  assert.ok(before(release, "compile").includes("indexes"));
  assert.ok(before(release, "publish").includes("start"));
  // The digests are put where the program reads them.
  for (const job of [compile, publish]) {
    const digests = job?.steps?.find((step) => step.with?.name === "image-digests");
    assert.equal(digests?.with?.path, "lib");
  }
});

Deno.test("only the jobs that sign or publish have rights of their own", async () => {
  const { jobs } = await read("release");
  const rights = Object.entries(jobs).filter(([, job]) => job.permissions).map(([name]) => name);
  assert.deepEqual(rights, ["indexes", "publish"]);
});

Deno.test("a release uses tasks that there are, and the Deno that the project is tested with", async () => {
  const release = await read("release");
  const run = Object.values(release.jobs).map(runs).join("\n");
  const tasks = [...run.matchAll(/deno task (?:--quiet )?(\w+)/g)].map(([, task = ""]) => task);
  assert.deepEqual([...new Set(tasks)].sort(), ["changelog", "compile", "images", "packages"]);
  for (const task of tasks) assert.ok(task in config.tasks, task);
  const version = (await script("setup")).match(/^DENO_VERSION=(.*)$/m)?.[1];
  const versions = stepsOf(release).flatMap((step) => step.with?.["deno-version"] ?? []);
  assert.deepEqual([...new Set(versions)], [version]);
});

Deno.test("the site is built by its task with the project's Deno, and published from where the task writes it", async () => {
  const { jobs: { site } } = await read("site");
  assert.match(runs(site), /^deno task site$/m);
  const version = (await script("setup")).match(/^DENO_VERSION=(.*)$/m)?.[1];
  const step = (action: string) => site?.steps?.find(({ uses }) => uses?.startsWith(`${action}@`));
  assert.equal(step("denoland/setup-deno")?.with?.["deno-version"], version);
  const [, folder] = /\[folder = "(.*)"\]/.exec(await script("site.ts")) ?? [];
  assert.equal(step("actions/upload-pages-artifact")?.with?.path, folder);
});

const text = (path: string) => Deno.readTextFile(new URL(`../${path}`, import.meta.url));

Deno.test("what others include names this version, and the releases of this program", async () => {
  const gitlab = await text("ci/gitlab.yml");
  const versions = [...gitlab.matchAll(/(?:gefyra\/cli:|download\/v)([\w.-]+)/g)].map(([, version]) =>
    version
  );
  assert.deepEqual(versions, [config.version, config.version]);
  const { inputs } = parse(await text("action.yml"));
  assert.equal(inputs.releases.default, RELEASES_URL);
  assert.ok(gitlab.includes(`RELEASES: ${RELEASES_URL}\n`));
});

Deno.test("the action and the GitLab jobs use commands and options that there are", async () => {
  const lines = [...(await text("action.yml")).split("\n"), ...(await text("ci/gitlab.yml")).split("\n")];
  const uses = lines.map((line) => line.match(/(?:^|[ /])gefyra ((?:[a-z]+ ?)+)(.*)$/)).filter((use) =>
    use !== null
  )
    .map(([, words = "", rest = ""]) =>
      [words.trim(), [...rest.matchAll(/--[a-z-]+/g)].map(([option]) => option)] as const
    )
    .filter(([words]) => /^(up|down|lab)\b/.test(words));
  assert.equal(uses.length, 9);
  const commands = await allCommands();
  for (const [words, options] of uses) {
    const [first, second] = words.split(" ");
    const top = commands.find((one) => one.name() === first);
    const command = second ? top?.commands.find((one) => one.name() === second) : top;
    assert.ok(command, words);
    for (const option of options) {
      assert.ok(command.options.some(({ long }) => long === option), `${words} ${option}`);
    }
  }
});

Deno.test("the action's steps are valid shell, and take inputs as variables only", async () => {
  const { inputs, runs } = parse(await text("action.yml"));
  for (const { run, shell, env = {} } of runs.steps) {
    assert.equal(shell, "bash");
    assert.doesNotMatch(run, /\$\{\{/, "an input is a part of the script");
    for (const value of Object.values(env) as string[]) {
      const [, name] = value.match(/^\$\{\{ inputs\.(\w+) \}\}$/) ?? [];
      assert.ok(name && name in inputs, value);
    }
    const { success, stderr } = await new Deno.Command("bash", { args: ["-n", "-c", run] }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }
});
