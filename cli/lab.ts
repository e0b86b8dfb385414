/** `gefyra lab`: a Kubernetes cluster in Docker containers, for trying Gefyra and for its tests. */
import { connectEngine } from "../lib/docker/dockerode.ts";
import type { Engine } from "../lib/docker/engine.ts";
import { GefyraError } from "../lib/errors.ts";
import { labDown } from "../lib/lab/down.ts";
import { kubeconfigPath } from "../lib/lab/kubeconfig-file.ts";
import { load } from "../lib/lab/load.ts";
import { DEFAULT_LAB } from "../lib/lab/nodes.ts";
import { labStatus, type NodeStatus } from "../lib/lab/status.ts";
import { labUp } from "../lib/lab/up.ts";
import { command, kubeconfigOption, outputOption, stepsOf } from "./command.ts";
import { interruptible, timeoutOption } from "./interruptible.ts";
import { answer, type Column, say, table } from "./output.ts";

const example = `
gefyra lab up --workers 1
gefyra lab load my-app:dev
gefyra lab down`.trimStart();

export const lab = () =>
  command("lab", example)
    .addCommand(up())
    .addCommand(down())
    .addCommand(status())
    .addCommand(loadImages());

const labCommand = (name: string, description: string, example: string) =>
  command(name, example).description(description).option("--name <name>", "the lab's name", DEFAULT_LAB);

const up = () =>
  labCommand("up", "Start a lab and make its context the current one", "gefyra lab up --workers 1")
    .option(
      "--workers <number>",
      "worker nodes beside the control plane, which runs pods too",
      wholeNumber,
      0,
    )
    .addOption(kubeconfigOption())
    .addOption(timeoutOption("a new lab is removed again"))
    .addOption(outputOption(["name"]))
    .action(async ({ name, workers, kubeconfig, ...form }) => {
      const engine = await reachEngine();
      const wanted = { lab: name, workers, kubeconfig: pathOf(kubeconfig) };
      const result = await interruptible(form, () => labUp(engine, stepsOf(form), wanted));
      const state = result.changed ? "is up" : "was up already";
      await answer("lab-up", result, form, {
        text: () => `The lab ${state}: context "${result.context}" at ${result.server}`,
        names: () => [`lab/${name}`],
      });
    });

const down = () =>
  labCommand("down", "Remove a lab and restore the previous context", "gefyra lab down")
    .addOption(kubeconfigOption())
    .action(async ({ name, kubeconfig, ...loudness }) => {
      const removed = await labDown(await reachEngine(), stepsOf(loudness), {
        lab: name,
        kubeconfig: pathOf(kubeconfig),
      });
      say(loudness, removed ? `The lab "${name}" is gone` : `There is no lab "${name}"`);
    });

const status = () =>
  labCommand("status", "Show a lab's nodes", "gefyra lab status -o json")
    .addOption(outputOption(["name"]))
    .action(async ({ name, ...form }) => {
      const found = await labStatus(await reachEngine(), name);
      if (!found) {
        throw new GefyraError("lab-missing", `Cannot show the lab "${name}": there is no such lab`, {
          exit: "notFound",
          hint: `start it with \`gefyra lab up${name === DEFAULT_LAB ? "" : ` --name ${name}`}\``,
        });
      }
      await answer("lab-status", found, form, {
        text: () => `Context ${found.context} at ${found.server}\n\n${table(found.nodes, columns)}`,
        names: () => found.nodes.map(({ name }) => `node/${name}`),
      });
    });

const loadImages = () =>
  labCommand("load", "Copy local images to all nodes of a lab", "gefyra lab load my-app:dev my-job:dev")
    .argument("<image...>", "names of images in the local Docker")
    .action(async (images, { name, ...loudness }) => {
      const engine = await reachEngine();
      const loaded = await stepsOf(loudness).step(
        `Loading ${images.join(", ")}`,
        () => load(engine, name, images),
      );
      for (const node of loaded) {
        const news = node.images.length > 0 ? node.images.join(", ") : "has them already";
        say(loudness, `${node.node}: ${news}`);
      }
    });

const columns: Column<NodeStatus>[] = [
  { name: "NODE", value: ({ name }) => name },
  { name: "ROLE", value: ({ role }) => role },
  { name: "CONTAINER", value: ({ state }) => state },
  { name: "READY", value: ({ ready }) => ready ? "yes" : "no" },
  { name: "VERSION", value: ({ version }) => version },
  { name: "ADDRESS", value: ({ address }) => address },
  { name: "PODS", value: ({ podSubnet }) => podSubnet },
];

function wholeNumber(value: string): number {
  if (/^\d$/.test(value)) return Number(value);
  throw new GefyraError("usage", `Cannot use "${value}" as a number of workers: it must be 0 to 9`, {
    exit: "usage",
  });
}

/** Fails early, with a hint, if Docker does not answer. */
async function reachEngine(): Promise<Engine> {
  const engine = connectEngine();
  await engine.version();
  return engine;
}

function pathOf(kubeconfig: string | undefined): string {
  return kubeconfigPath(kubeconfig, (name) => Deno.env.get(name));
}
