/** `gefyra lab up`: creates what is missing of the lab and leaves the rest. */
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { uninterrupted } from "../interruption.ts";
import { defaultImages, imageOf } from "../images.ts";
import type { Steps } from "../steps.ts";
import { labFailure, nodeLogs } from "./diagnosis.ts";
import { labDown } from "./down.ts";
import { editKubeconfig } from "./kubeconfig-file.ts";
import { withContext } from "./kubeconfig.ts";
import { execInNode, nodesOf } from "./lab.ts";
import { load } from "./load.ts";
import {
  checkLabName,
  contextOf,
  controlPlaneOf,
  labNetwork,
  type LabNode,
  nodeContainer,
  type NodeOptions,
  PKI_FOLDER,
  workersOf,
} from "./nodes.ts";
import { serverOf } from "./status.ts";

export interface UpOptions {
  lab: string;
  /** Number of workers beside the control plane, which runs pods too. Additional existing workers stay. */
  workers: number;
  kubeconfig: string;
}

export interface Up {
  context: string;
  server: string;
  kubeconfig: string;
  /** False if the lab was already up. */
  changed: boolean;
}

export async function labUp(engine: Engine, steps: Steps, options: UpOptions): Promise<Up> {
  checkLabName(options.lab);
  const before = await nodesOf(engine, options.lab);
  try {
    return await bringUp(engine, steps, options);
  } catch (error) {
    for (const { name, log } of await nodeLogs(engine, options.lab)) steps.debug(`${name}:\n${log}`);
    if (before.length === 0) await uninterrupted(() => labDown(engine, steps, options));
    throw error;
  }
}

async function bringUp(engine: Engine, steps: Steps, { lab, workers, kubeconfig }: UpOptions): Promise<Up> {
  const controlPlane = controlPlaneOf(lab);
  const node = { lab, kubeconfig, image: imageOf("lab"), apiPort: freePort() };
  let changed = false;

  await steps.step("Preparing the network and the image", async (note) => {
    note(node.image);
    await requireImage(engine, node.image);
    const network = labNetwork(lab);
    if (!await engine.network(network.Name)) await engine.createNetwork(network);
  });
  await steps.step("Starting the control plane", async (note) => {
    const started = await ensureNode(engine, controlPlane, node);
    note(started ? controlPlane.name : `${controlPlane.name} runs already`);
    changed ||= started;
  });
  await steps.step("Waiting for Kubernetes", async (note) => {
    await waitReady(engine, lab, [controlPlane.name]);
    note((await execInNode(engine, controlPlane.name, ["kube", "kubelet", "--version"])).trim());
  });
  if (workers > 0) {
    await steps.step("Joining the workers", async (note) => {
      const wanted = workersOf(lab, workers);
      const started = await Promise.all(wanted.map((worker) => ensureNode(engine, worker, node)));
      await waitReady(engine, lab, wanted.map(({ name }) => name));
      note(wanted.map(({ name }) => name).join(", "));
      changed ||= started.includes(true);
    });
  }
  const context = contextOf(lab);
  const server = await serverOf(engine, controlPlane.name) ?? `https://127.0.0.1:${node.apiPort}`;
  await steps.step("Writing the kubeconfig", async (note) => {
    note(kubeconfig);
    const credentials = { server, ...await credentialsOf(engine, controlPlane.name) };
    await editKubeconfig(kubeconfig, (text) => withContext(text, context, credentials));
  });
  await steps.step("Loading Gefyra's images", async (note) => note(await loadOwnImages(engine, lab)));
  return { context, server, kubeconfig, changed };
}

/** Without this check Kubernetes would wait for minutes for a node whose container has ended. */
async function waitReady(engine: Engine, lab: string, names: string[]): Promise<void> {
  const controlPlane = controlPlaneOf(lab).name;
  const over = new AbortController();
  const untilOneEnds = async (): Promise<void> => {
    while (true) {
      const nodes = (await nodesOf(engine, lab)).filter(({ name }) => names.includes(name));
      const ended = nodes.find(({ state }) => state !== "running");
      if (ended) throw new Error(`node "${ended.name}" is ${ended.state}`);
      await delay(1_000, undefined, { signal: over.signal });
    }
  };
  try {
    await Promise.race([execInNode(engine, controlPlane, ["node", "wait", ...names]), untilOneEnds()]);
  } catch (error) {
    throw await labFailure(engine, lab, controlPlane, error);
  } finally {
    over.abort();
  }
}

/** Returns whether the node had to be started. */
async function ensureNode(engine: Engine, node: LabNode, options: NodeOptions): Promise<boolean> {
  const existing = (await nodesOf(engine, options.lab)).find(({ name }) => name === node.name);
  if (existing?.state === "running") return false;
  try {
    await engine.start(existing?.id ?? await createNode(engine, node, options));
    return true;
  } catch (cause) {
    if (cause instanceof GefyraError) throw cause;
    throw new GefyraError("lab-node", `Cannot start the node "${node.name}": ${messageOf(cause)}`, {
      hint: "`gefyra lab down` removes the remains of an earlier lab",
      cause,
    });
  }
}

async function createNode(engine: Engine, node: LabNode, options: NodeOptions): Promise<string> {
  const id = await engine.create(nodeContainer(node, options));
  if (node.role === "worker") {
    const certificates = await execInNode(engine, controlPlaneOf(options.lab).name, [
      "node",
      "join",
      node.name,
    ]);
    await engine.put(id, PKI_FOLDER, new TextEncoder().encode(certificates));
  }
  return id;
}

async function requireImage(engine: Engine, image: string): Promise<void> {
  if (await engine.image(image)) return;
  try {
    await engine.pull(image, () => {});
  } catch (cause) {
    throw new GefyraError(
      "lab-image",
      `Cannot start a lab: there is no image "${image}" (${messageOf(cause)})`,
      {
        exit: "notFound",
        hint: "build it with `deno task images lab`",
        cause,
      },
    );
  }
}

/** Reads the control plane's files, which `node` wrote. */
async function credentialsOf(engine: Engine, controlPlane: string) {
  const read = async (file: string) =>
    btoa(await execInNode(engine, controlPlane, ["cat", `${PKI_FOLDER}/${file}`]));
  const [certificateAuthority, certificate, key] = await Promise.all(
    ["ca.crt", "admin.crt", "admin.key"].map(read),
  );
  return { certificateAuthority: certificateAuthority!, certificate: certificate!, key: key! };
}

/** Loads the images of Gefyra's pods that exist in this Docker. */
async function loadOwnImages(engine: Engine, lab: string): Promise<string> {
  const images = (["operator", "stowaway", "carrier"] as const).map((part) => imageOf(part, defaultImages));
  const local = (await Promise.all(images.map(async (name) => await engine.image(name) ? [name] : [])))
    .flat();
  if (local.length === 0) return "none in Docker yet; `gefyra lab load` copies them later";
  const copied = new Set((await load(engine, lab, local)).flatMap((node) => node.images));
  return copied.size > 0 ? [...copied].join(", ") : "the nodes have them already";
}

/** Picks a free port. It is part of the container's settings, so a restart does not change it. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}
