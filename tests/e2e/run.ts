/**
 * Runs the e2e tests: `deno task e2e [parallel] [serial] [alone] [FILE…]`.
 *
 * Files of `parallel/` share a lab and run side by side. A file of `serial/` has a lab for itself, as it disturbs other
 * files; each lane has such a lab. Both groups run at the same time. The files of `alone/` follow, one after the other, in
 * the first lane's lab: they count lost requests, look right after a change, or keep the machine busy. A file's output is
 * printed when it ends; the last line counts all tests, as `deno test` does.
 */
import { basename } from "node:path";
import { prepareLab, prepareProgram } from "./harness/prepare.ts";
import { type Result, runFile, totals } from "./harness/run-file.ts";
import { describeSlowest, longestFirst, noteDurations } from "./harness/durations.ts";
import { root, serialLab, sharedLab } from "./harness/suite.ts";

/** How many files of `parallel/` run side by side, and how many labs there are for those of `serial/`. */
const SIDE_BY_SIDE = Number(Deno.env.get("GEFYRA_E2E_JOBS") || 2);
const LANES = Number(Deno.env.get("GEFYRA_E2E_LANES") || await usualLanes());

const groups = ["parallel", "serial", "alone"] as const;
const E2E = `${root}tests/e2e`;

const start = performance.now();
Deno.chdir(root);
const files = await chosenFiles(Deno.args);
await prepareProgram();
const results: Result[] = [];
const of = (group: string) => files.filter((file) => file.includes(`/${group}/`));
const needed = Math.max(Math.min(LANES, of("serial").length), of("alone").length ? 1 : 0);
const lanes = Array.from({ length: needed }, (_, i) => i + 1);
const shared = of("parallel").length ? [sharedLab] : [];
await Promise.all([...shared, ...lanes.map(serialLab)].map(prepareLab));
await Promise.all([
  runFiles(of("parallel"), Array.from({ length: SIDE_BY_SIDE }, () => ({}))),
  runFiles(of("serial"), lanes.map((lane) => ({ GEFYRA_E2E_LANE: `${lane}` }))),
]);
await runFiles(of("alone"), [{ GEFYRA_E2E_LANE: "1" }]);
await noteDurations(results);
console.log(`\nslowest:\n${describeSlowest(results)}\n`);
const { ok, line } = totals(results, performance.now() - start);
console.log(line);
Deno.exit(ok ? 0 : 1);

/** Three labs take more inotify instances than Linux usually lets one user have. */
async function usualLanes(): Promise<number> {
  const limit = "fs.inotify.max_user_instances";
  const text = await Deno.readTextFile(`/proc/sys/${limit.replaceAll(".", "/")}`).catch(() => "");
  if (text === "" || Number(text) >= 256) return 2;
  console.error(`# one lane only, as ${limit} is ${text.trim()}: \`sysctl ${limit}=512\` allows two`);
  return 1;
}

/** Groups, or files; all of them where none is named. */
async function chosenFiles(args: string[]): Promise<string[]> {
  const all: string[] = [];
  for (const group of groups) {
    for await (const { name } of Deno.readDir(`${E2E}/${group}`)) {
      if (name.endsWith(".test.ts")) all.push(`tests/e2e/${group}/${name}`);
    }
  }
  const named = all.filter((file) =>
    args.some((arg) =>
      file.includes(`/${arg}/`) || basename(file).startsWith(`${basename(arg, ".test.ts")}.test`)
    )
  );
  if (args.length && !named.length) throw new Error(`no file is meant by ${args.join(" ")}`);
  return args.length ? named : all;
}

/** A worker for each environment takes one file after the other. */
async function runFiles(files: string[], environments: Record<string, string>[]): Promise<void> {
  const queue = await longestFirst(files);
  await Promise.all(environments.map(async (env) => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file, env);
      console.log(result.output);
      results.push(result);
    }
  }));
}
