/** For the tests of the bridge reconciler: objects as a cluster has them, and a cluster that records what is done to it. */
import type { V1ContainerState, V1Pod } from "@kubernetes/client-node";
import type { BridgeStatus, GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import { bridgePhases, podStates } from "../../lib/api/phases.ts";
import type { KubernetesObject, ObjectRef } from "../../lib/api/objects.ts";
import type { Cluster, ExecTarget, PatchOptions } from "../../lib/kube/cluster.ts";
import type { GefyraClient } from "../../lib/api/client.ts";
import { limits } from "../../lib/settings.ts";
import { objectCache } from "../runtime/cache.ts";
import type { Context } from "../runtime/context.ts";
import { type BridgeContext, createBridgeContext } from "./context.ts";

export const CARRIER = "gefyra/carrier:1";

export const bridgeOf = (
  records: InterceptedPod[],
  { metadata = {}, spec = {} }: { metadata?: object; spec?: Partial<GefyraBridge["spec"]> } = {},
): GefyraBridge => ({
  metadata: { name: "b", namespace: "shop", uid: "uid-b", resourceVersion: "1", ...metadata },
  spec: {
    owner: { user: "anna" },
    client: "me",
    target: { kind: "Deployment", name: "web" },
    ports: [],
    destination: { name: "app", address: "198.18.1.10" },
    ...spec,
  },
  status: { phase: bridgePhases.active, pods: records },
});

/** Of every pod. */
const ADDRESS = "10.1.0.5";
/** What every Carrier says that its connections come from. */
export const SOURCE = "10.1.0.1";

export const recordOf = (name: string, more: Partial<InterceptedPod> = {}): InterceptedPod => ({
  ...{
    name,
    uid: `uid-${name}`,
    mode: "beside",
    container: "web",
    state: podStates.active,
    address: ADDRESS,
  },
  ports: [{ remote: 80, port: 80, protocol: "TCP", path: "kernel" }],
  ...more,
});

interface PodFields {
  image?: string;
  /** The id of its container. */
  id?: string;
  ready?: boolean;
  runs?: boolean;
  /** Of Carrier beside the container; absent: none has joined. */
  carrier?: V1ContainerState;
  scheduled?: boolean;
  /** What Carrier has replaced; absent: nothing, or `nginx:1` if the image is Carrier's. */
  original?: string | undefined;
  metadata?: V1Pod["metadata"];
}

export function podOf(name: string, fields: PodFields = {}): V1Pod {
  const { image = "nginx:1", id = `${name}-${image}`, ready = true, runs = true } = fields;
  const { carrier, scheduled, metadata } = fields;
  const original = "original" in fields ? fields.original : image === CARRIER ? "nginx:1" : undefined;
  const annotations = original ? { "original-image.gefyra.dev/web": original } : {};
  const status = { image, imageID: "", restartCount: 0, ready };
  const joined = { name: "gefyra-carrier", image: CARRIER };
  return {
    metadata: { name, namespace: "shop", uid: `uid-${name}`, annotations, ...metadata },
    spec: {
      containers: [{ name: "web", image }],
      ...(scheduled ? { nodeName: "node" } : {}),
      ...(carrier ? { ephemeralContainers: [joined] } : {}),
    },
    status: {
      phase: "Running",
      podIP: ADDRESS,
      containerStatuses: [
        { ...status, name: "web", containerID: id, state: runs ? { running: {} } : { waiting: {} } },
      ],
      ...(carrier
        ? {
          ephemeralContainerStatuses: [
            { ...status, ...joined, containerID: `${name}-carrier`, state: carrier },
          ],
        }
        : {}),
    },
  };
}

interface Fields {
  bridge?: GefyraBridge;
  pods?: V1Pod[];
  client?: GefyraClient;
  /** What `exec` in a Carrier ends with, or throws. */
  exec?: () => number | Promise<number>;
  /** Objects that are neither pods nor bridges. */
  other?: KubernetesObject | undefined;
  /** What changing a pod is denied with. */
  denied?: unknown;
  /** How the write of a status is recorded. */
  describe?: (status: BridgeStatus) => string;
}

export interface Fixture {
  context: BridgeContext;
  shared: Context;
  /** As the cache has it. */
  bridge(): GefyraBridge;
  /** What the cluster and the cache have from now on. */
  set(fields: Pick<Fields, "pods" | "exec"> & { records?: InterceptedPod[] }): void;
  /** What was done to the cluster since the last call, in order. */
  events(): string[];
  logs: string[];
  /** Of each change of an image: the image, and the original that the pod notes. */
  images: string[];
}

const names = ({ pods }: BridgeStatus) => `status: ${pods?.map(({ name, state }) => `${name} ${state}`)}`;

export function fixture(
  { bridge = bridgeOf([]), pods = [], client, exec = () => 0, other, denied, describe = names }: Fields,
): Fixture {
  const name = bridge.metadata?.name ?? "";
  const bridges = objectCache<GefyraBridge>(), clients = objectCache<GefyraClient>();
  const cached = objectCache<V1Pod>();
  let events: string[] = [], version = 1;
  const images: string[] = [];
  const logs: string[] = [];
  const put = (change: Partial<GefyraBridge>): GefyraBridge => {
    const known = bridges.get("shop", name) ?? bridge;
    const resourceVersion = `${++version}`;
    const written = {
      ...known,
      ...change,
      metadata: { ...known.metadata, ...change.metadata, resourceVersion },
    };
    bridges.put(written);
    return written;
  };
  const set: Fixture["set"] = (fields) => {
    exec = fields.exec ?? exec;
    if (fields.records) put({ status: { ...bridge.status, pods: fields.records } });
    if (!fields.pods) return;
    cached.all().forEach(cached.remove);
    pods = fields.pods;
    pods.forEach(cached.put);
  };
  bridges.put(bridge);
  if (client) clients.put(client);
  set({ pods });
  const patch = (ref: ObjectRef, body: Partial<GefyraBridge>, { subresource }: PatchOptions = {}) => {
    if (ref.kind === "Pod") {
      if (denied) return Promise.reject(denied);
      const did = subresource === "ephemeralcontainers" ? "Carrier joins" : "image of";
      events.push(`${did} ${ref.name}`);
      images.push(imageChange(body as unknown as V1Pod));
      return Promise.resolve({});
    }
    events.push(body.status ? describe(body.status) : `finalizers: ${body.metadata?.finalizers}`);
    return Promise.resolve(put(body));
  };
  const cluster = {
    list: () => Promise.resolve([]),
    get: ({ kind, name }: ObjectRef) =>
      Promise.resolve(kind === "Pod" ? pods.find(({ metadata }) => metadata?.name === name) : other),
    patch,
    exec: async ({ pod }: ExecTarget, [, command]: string[]) => {
      const asks = command === "source";
      events.push(`${asks ? "source" : "apply"} in ${pod}`);
      const exitCode = await exec();
      if (asks && exitCode === 0) return { exitCode, stdout: `${SOURCE}\n`, stderr: "" };
      return { exitCode, stdout: "", stderr: exitCode === 1 ? "carrier: refused" : "" };
    },
  } as unknown as Cluster;
  const shared = {
    cluster,
    cache: {
      bridges,
      clients,
      pods: cached,
      stowaways: objectCache<V1Pod>(),
      watch: () => Promise.resolve(),
      wholeBridge: (one: GefyraBridge) => Promise.resolve(one),
    },
    queue: { add: () => {} },
    namespace: "gefyra",
    carrierImage: CARRIER,
    limits,
    log: (text: string) => void logs.push(text),
  } as unknown as Context;
  return {
    context: createBridgeContext(shared, { isForwarded: () => true }),
    shared,
    bridge: () => bridges.get("shop", name) ?? bridge,
    set,
    events: () => {
      const taken = events;
      events = [];
      return taken;
    },
    logs,
    images,
  };
}

function imageChange({ metadata, spec }: V1Pod): string {
  const [original] = Object.values(metadata?.annotations ?? {});
  return `${spec?.containers?.[0]?.image}, original ${original}`;
}

/** Milliseconds from now until a step is due; absent: only a change makes it due. */
export function dueIn({ requeueAt }: { requeueAt?: number }): number | undefined {
  return requeueAt === undefined ? undefined : Math.max(0, requeueAt - Date.now());
}
