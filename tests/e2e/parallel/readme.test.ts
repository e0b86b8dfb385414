/** The tour of the README, word for word, but for the names of the app container and the lab. */
import assert from "node:assert/strict";
import { tryKubectl } from "../harness/kube.ts";
import { named } from "../harness/names.ts";
import { commandsOf } from "../harness/page.ts";
import { ordered } from "../harness/steps.ts";
import { root } from "../harness/suite.ts";
import { testEnv } from "../harness/test-env.ts";

const ORIGINAL = /^hello from nginx on hello-nginxdemo-/;
/** What a command prints, in the order of the page. */
const EXPECTED: [command: RegExp, ...answers: RegExp[]][] = [
  [/^gefyra up$/, /^Connected to /],
  [/^docker exec mypyserver curl/, ORIGINAL, ORIGINAL],
  [/^kubectl exec tools -- curl/, /^hello from my machine$/, /^edited$/, ORIGINAL],
  [/^gefyra list --bridges$/, /^mypyserver-bridge .* Active /m],
  [/^kubectl get gefyrabridges$/, /^mypyserver-bridge .*Active/m],
  [/^gefyra down$/, /^Disconnected/],
];

Deno.test("the README's tour works as it stands there", async (t) => {
  await using place = await testEnv("readme", { namespace: "default" });
  const step = ordered(t);
  await Deno.symlink(`${root}tests`, `${place.folder}/tests`);
  const shown = await commandsOf("README.md", "The tour", {
    folder: place.folder,
    names: [[/\bmypyserver\b(?!-bridge)/g, named("mypyserver")]],
  });
  // Others use the lab.
  const commands = shown.filter(({ command }) => command !== "gefyra lab down");
  assert.equal(commands.length, shown.length - 1);
  const answers = new Map(EXPECTED.map(([command, ...all]) => [command, all]));
  await clear();
  try {
    for (const { command, run } of commands) {
      await step(command, async () => {
        const printed = await run();
        for (const [pattern, expected] of answers) {
          if (pattern.test(command)) assert.match(printed, expected.shift()!);
        }
      });
    }
    assert.deepEqual([...answers.values()].flat(), [], "the page no longer has a command that is expected");
  } finally {
    await clear();
  }
});

/** What the tour creates in the cluster, also by a run that was killed. */
async function clear(): Promise<void> {
  const objects = ["deployment/hello-nginxdemo", "service/hello-nginxdemo", "pod/tools"];
  const { code, stderr } = await tryKubectl(
    ...["delete", ...objects, "--namespace", "default", "--ignore-not-found", "--grace-period", "1"],
  );
  assert.equal(code, 0, stderr);
}
