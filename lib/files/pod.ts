/** The pod's end: finds the pod, adds the container that serves its files, and lets one client in. */
import type { V1Container, V1EphemeralContainer, V1Pod } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import { contract } from "../contract.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { imageOf } from "../images.ts";
import type { Cluster } from "../kube/cluster.ts";
import { BRIDGE_TIMEOUT_MS } from "../names.ts";
import { addEphemeral } from "../pods/ephemeral.ts";
import { podRef } from "../pods/pod-image.ts";
import { podsOf, resolveTarget } from "../pods/resolve.ts";
import { waitFor } from "../wait.ts";
import { isReady } from "../workload/pod-problems.ts";
import { planContainer } from "../workload/container.ts";
import { type Target, targetText } from "../workload/target.ts";
import { assumedUser, filesContainer, placementOf, type ProcessUser, userIn, userOf } from "./container.ts";
import { type FilesPlan, planFiles, type Share } from "./plan.ts";
import type { Wanted } from "./wanted.ts";

export interface FilesRequest {
  namespace: string;
  target: Target;
  wanted: Wanted[];
}

export interface FilesPod {
  pod: V1Pod;
  container: V1Container;
  plan: FilesPlan;
}

/** The pod whose files are wanted: `preferred` if it still runs, else the first ready one. Changes nothing. */
export async function findPod(
  cluster: Cluster,
  { namespace, target, wanted }: FilesRequest,
  preferred?: string,
): Promise<FilesPod> {
  const resolved = await resolveTarget(cluster, namespace, target);
  const found = podsOf(resolved, namespace, await cluster.list<V1Pod>({ ...gvk.Pod, namespace }));
  const running = found.filter(({ status }) => status?.phase === "Running");
  const pod = running.find(({ metadata }) => metadata?.name === preferred) ?? running.find(isReady) ??
    running[0];
  if (!pod?.spec) {
    const state = resolved.found ? "no pod of it runs" : "there is none";
    throw refused(targetText(target), [`${state} in namespace "${namespace}"`]);
  }
  const chosen = planContainer(pod.spec, target.container, { servicePorts: resolved.servicePorts });
  if ("reasons" in chosen) throw refused(targetText(target), chosen.reasons);
  const plan = planFiles(pod, chosen.container, wanted);
  if ("reasons" in plan) throw refused(targetText(target), plan.reasons);
  return { pod, container: chosen.container, plan };
}

export function refused(target: string, reasons: string[], cause?: unknown): GefyraError {
  return new GefyraError("sync-refused", `Cannot sync files of "${target}": ${reasons.join("; ")}`, {
    exit: "refused",
    cause,
  });
}

/** Adds the container if none like it runs, and waits until it does. Returns its name. */
export async function serveFiles(cluster: Cluster, { pod, container, plan }: FilesPod): Promise<string> {
  const image = imageOf("carrier");
  const user = userOf(pod, container) ?? await askUser(cluster, pod, container) ??
    assumedUser(pod, container);
  const wanted = filesContainer(pod, container, { plan, user, image });
  let placement = placementOf(pod, wanted);
  if (placement.state === "absent") await add(cluster, pod, { ...wanted, name: placement.name });
  await waitFor(async () => {
    if (placement.state === "running") return true;
    const now = await cluster.get<V1Pod>(podRef(pod.metadata?.namespace ?? "", pod.metadata?.name ?? ""));
    if (!now) throw refused(nameOf(pod), ["the pod is gone"]);
    placement = placementOf(now, wanted);
    if (placement.state === "absent") throw refused(nameOf(pod), ["its container for files has ended"]);
    if (placement.state === "failed") throw refused(nameOf(pod), [placement.reason]);
    return placement.state === "running";
  }, { what: `container "${placement.name}" of pod "${nameOf(pod)}" to start`, timeout: BRIDGE_TIMEOUT_MS });
  return placement.name;
}

export const nameOf = ({ metadata }: V1Pod) => `${metadata?.namespace}/${metadata?.name}`;

/** Only the running process knows whom its image says it runs as. Images without `cat` do not say. */
async function askUser(
  cluster: Cluster,
  { metadata }: V1Pod,
  { name }: V1Container,
): Promise<ProcessUser | undefined> {
  const target = { namespace: metadata?.namespace ?? "", pod: metadata?.name ?? "", container: name };
  const asked = await cluster.exec(target, ["cat", "/proc/self/status"]).catch(() => undefined);
  return asked?.exitCode === 0 ? userIn(asked.stdout) : undefined;
}

async function add(cluster: Cluster, pod: V1Pod, container: V1EphemeralContainer): Promise<void> {
  try {
    await addEphemeral(cluster, pod, container);
  } catch (cause) {
    if (!(cause instanceof GefyraError) || !["forbidden", "invalid"].includes(cause.id)) throw cause;
    throw refused(nameOf(pod), [`its namespace does not admit the container (${messageOf(cause)})`], cause);
  }
}

export interface Offer {
  /** Of the pod: `IP:PORT`. */
  address: string;
  /** The name of its key. */
  identity: string;
  shares: { name: string; kind: "directory" | "file" }[];
}

/** Longer than the kubelet takes to report a container's end. */
const ENDED_MS = 5_000;

/** The pod when the container has ended; `undefined` if it goes on. */
async function afterEnd(
  cluster: Cluster,
  { metadata }: V1Pod,
  container: string,
): Promise<V1Pod | undefined> {
  let pod: V1Pod | undefined;
  const ended = async () => {
    pod = await cluster.get<V1Pod>(podRef(metadata?.namespace ?? "", metadata?.name ?? ""));
    const status = pod?.status?.ephemeralContainerStatuses?.find(({ name }) => name === container);
    return status?.state?.terminated !== undefined;
  };
  return await waitFor(ended, { what: "its end", timeout: ENDED_MS }).then(() => pod, () => undefined);
}

/**
 * Lets the client with this key have the shares. A container whose last client has left is said to run for a moment after
 * its end; another one takes its place then.
 */
export async function allowPeer(
  cluster: Cluster,
  from: FilesPod,
  container: string,
  peer: string,
): Promise<Offer> {
  const offer = await askFor(cluster, from, container, peer);
  if (offer) return offer;
  const pod = await afterEnd(cluster, from.pod, container);
  const other = pod && await askFor(cluster, from, await serveFiles(cluster, { ...from, pod }), peer);
  if (!other) throw refused(nameOf(from.pod), ["its container for files has ended"]);
  return other;
}

/** `undefined` if the container has ended, or is about to. */
async function askFor(
  cluster: Cluster,
  { pod, plan: { shares } }: FilesPod,
  container: string,
  peer: string,
): Promise<Offer | undefined> {
  const { namespace = "", name = "" } = pod.metadata ?? {};
  const request = {
    peer,
    shares: shares.map(({ name, path, back }) => ({ name, path, write: back })),
  };
  const stdin = new TextEncoder().encode(JSON.stringify(request));
  const at = { namespace, pod: name, container }, allow = [contract.paths.filesInPod, "allow"];
  const asked = await cluster.exec(at, allow, { stdin }).catch(async (error) => {
    if (await afterEnd(cluster, pod, container)) return undefined;
    throw error;
  });
  if (!asked || asked.stdout.trim() === ENDING) return undefined;
  const { exitCode, stdout, stderr } = asked;
  const answer = exitCode === 0 ? parsed(stdout) : undefined;
  if (!answer) throw refused(nameOf(pod), [stderr.trim() || stdout.trim() || `exit code ${exitCode}`]);
  const problems = answer.shares.flatMap(({ name, problem }) => {
    const share = shares.find((one) => one.name === name);
    return problem && share ? [problemText(share, problem)] : [];
  });
  if (problems.length) throw refused(nameOf(pod), problems);
  return answer as Offer;
}

/** Of a server that lets nobody in any longer. */
const ENDING = '{"ending":true}';

interface Answer {
  address: string;
  identity: string;
  shares: { name: string; kind: string; problem?: string }[];
}

/** The pod may be anybody's: what is not an answer is none. */
function parsed(text: string): Answer | undefined {
  try {
    const { address, identity, shares } = JSON.parse(text);
    const isAnswer = /^[\d.]+:\d+$/.test(address) && /^[0-9a-f]{64}$/.test(identity) && Array.isArray(shares);
    return isAnswer ? { address, identity, shares } : undefined;
  } catch {
    return undefined;
  }
}

function problemText({ remote, path }: Share, problem: string): string {
  const fromProcess = path.startsWith("/proc/");
  const why = fromProcess && problem === "permission denied"
    ? "it is in no volume, and the container's process does not let another read its root"
    : problem;
  return `${remote}: ${why}`;
}
