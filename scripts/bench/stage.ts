/** Creates the bench's own lab and connection, and removes them. */
import { dirname } from "node:path";
import { connectEngine } from "../../lib/docker/dockerode.ts";
import { labDown } from "../../lib/lab/down.ts";
import { load } from "../../lib/lab/load.ts";
import { labUp } from "../../lib/lab/up.ts";
import { defaultImages, parts } from "../../lib/images.ts";
import { silentSteps } from "../../lib/steps.ts";
import { bundle } from "../bundle.ts";
import { buildImages } from "../images/build.ts";
import { buildWorkloads } from "../images/workloads.ts";
import {
  folder,
  gefyra,
  kubeconfig,
  kubectl,
  kubectlArgs,
  LAB,
  NAMESPACE,
  program,
  run,
  TOOLS,
} from "./commands.ts";
import { deployments, IPERF_SERVER, manifests } from "./workloads.ts";

export async function setUp(say: (text: string) => void): Promise<void> {
  const engine = connectEngine();
  await Deno.mkdir(folder, { recursive: true });
  say("building what has changed");
  await buildImages(parts, defaultImages, () => {});
  await buildWorkloads(() => {});
  await bundle(dirname(program));
  say(`starting the lab "${LAB}"`);
  await labUp(engine, silentSteps, { lab: LAB, workers: 0, kubeconfig });
  await load(engine, LAB, ["hello-nginx:latest", "tools:latest"]);
  // Removes what a killed or kept run has left.
  await gefyra("down");
  await kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait");
  const stdin = JSON.stringify(manifests(NAMESPACE, TOOLS));
  await run("docker", kubectlArgs("apply", "--filename", "-"), { stdin });
  for (const name of deployments) {
    await kubectl("rollout", "status", `deployment/${name}`, "--timeout", "60s");
  }
  await kubectl(
    "wait",
    "--for",
    "condition=Ready",
    "--timeout",
    "60s",
    `pod/${TOOLS}`,
    `pod/${IPERF_SERVER}`,
  );
}

export async function takeDown(): Promise<void> {
  // The cluster is removed too, so only Docker's objects matter here.
  await gefyra("down").catch((error) => console.error(`# ${error.message}`));
  await labDown(connectEngine(), silentSteps, { lab: LAB, kubeconfig });
}

let connected = false;

export async function connect(): Promise<void> {
  if (!connected) await gefyra("up");
  connected = true;
}

export async function disconnect(): Promise<void> {
  if (connected) await gefyra("down");
  connected = false;
}
