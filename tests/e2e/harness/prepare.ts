/** Brings up, once per run of the suite, all that the tests stand on; what is there already takes a moment. */
import { connectEngine } from "../../../lib/docker/dockerode.ts";
import { load } from "../../../lib/lab/load.ts";
import { labUp } from "../../../lib/lab/up.ts";
import { defaultImages, parts } from "../../../lib/images.ts";
import { silentSteps } from "../../../lib/steps.ts";
import { bundle } from "../../../scripts/bundle.ts";
import { buildImages } from "../../../scripts/images/build.ts";
import { buildWorkloads, workloads } from "../../../scripts/images/workloads.ts";
import { gefyra } from "./gefyra.ts";
import { folder, kubeconfig, LAB, program, root, TEST_LABEL, turn, WORKERS } from "./home.ts";
import { kubectl } from "./kubectl.ts";
import { takeTurn } from "./turn.ts";

/** Test files run in one process, but each in a world of its own: only the environment is shared. */
const DONE = "GEFYRA_E2E_PREPARED";

export async function prepare(): Promise<void> {
  if (Deno.env.get(DONE) === folder) return;
  const say = (text: string) => console.error(`# ${text}`);
  Deno.chdir(root);
  await Deno.mkdir(folder, { recursive: true });
  await takeTurn(turn, say);
  say("building what has changed");
  await buildImages(parts, defaultImages, () => {});
  await buildWorkloads(() => {});
  await bundle(program);
  say(`starting the lab "${LAB}"`);
  const engine = connectEngine();
  await labUp(engine, silentSteps, { lab: LAB, workers: WORKERS, kubeconfig });
  await load(engine, LAB, workloads.map((name) => `${name}:latest`));
  // What a run that was killed has left.
  await gefyra("down");
  await kubectl("delete", "namespaces", "--selector", TEST_LABEL, "--wait");
  await kubectl("delete", "all", "--namespace", "default", "--selector", TEST_LABEL, "--wait");
  Deno.env.set(DONE, folder);
}
