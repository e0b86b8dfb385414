import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { FINALIZER } from "../../lib/names.ts";
import type { BridgeSpec, GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import type { ModeName } from "../../lib/api/modes.ts";
import type { GefyraClient } from "../../lib/api/client.ts";
import { reconcileBridge } from "./reconcile.ts";
import { startAttempts } from "../runtime/attempts.ts";
import type { Context } from "../runtime/context.ts";
import type { Tunnel } from "../stowaway/tunnel.ts";
import { objectCache } from "../runtime/cache.ts";

const CARRIER = "gefyra/carrier:1";
const unfit: BridgeSpec["match"] = [[{ kind: "path", operator: "Regex", value: "(?<=/)a" }]];

const record = (mode: ModeName): InterceptedPod => ({
  ...{ name: "web-1", uid: "1", mode, container: "web", state: "Active", carrierContainer: "c1" },
  ports: [{ remote: 80, port: 80, protocol: "TCP", path: "http" }],
  ...(mode === "replace" ? { originalImage: "nginx:1" } : {}),
});

const pod = (): V1Pod => ({
  metadata: { name: "web-1", namespace: "shop", uid: "1" },
  spec: {
    containers: [{ name: "web", image: CARRIER }],
    ephemeralContainers: [{ name: "gefyra-carrier", image: CARRIER }],
  },
  status: {
    phase: "Running",
    podIP: "10.1.0.5",
    ephemeralContainerStatuses: [{
      ...{ name: "gefyra-carrier", image: CARRIER, imageID: "", ready: false, restartCount: 0 },
      ...{ containerID: crypto.randomUUID(), state: { running: {} } },
    }],
  },
});

/** One look at a bridge that has the pod and was changed. */
async function reconcile(mode: ModeName, change: Partial<BridgeSpec>) {
  const bridge: GefyraBridge = {
    metadata: { name: "b", namespace: "shop", uid: "b", resourceVersion: "1", finalizers: [FINALIZER] },
    spec: {
      client: "me",
      target: { kind: "Deployment", name: "web" },
      ports: [{ remote: 80, local: 8000, protocol: "TCP" }],
      destination: { name: "app", address: "198.18.1.10" },
      ...change,
    },
    status: { phase: "Active", pods: [record(mode)] },
  };
  const tunnel = {
    subnet: "198.18.1.0/24",
    serverPublicKey: "",
    nodePort: 1,
    dns: { server: "", domain: "" },
  };
  const client: GefyraClient = {
    metadata: { name: "me", namespace: "gefyra" },
    spec: { publicKey: "", disconnectTimeout: 600 },
    status: { tunnel },
  };
  const bridges = objectCache<GefyraBridge>(), clients = objectCache<GefyraClient>();
  bridges.put(bridge);
  clients.put(client);
  const events: string[] = [], later: string[] = [];
  const cluster = {
    get: () => Promise.resolve(pod()),
    patch: ({ kind }: { kind: string }, { status }: Partial<GefyraBridge>) => {
      const pods = status?.pods?.map(({ name }) => name);
      events.push(kind === "Pod" ? "image" : `${status?.phase} with ${pods}`);
      return Promise.resolve({ ...bridges.get("shop", "b"), status });
    },
    exec: () => {
      events.push("apply");
      return Promise.resolve({ exitCode: 0, stdout: "", stderr: "" });
    },
  } as unknown as Cluster;
  const context = {
    cluster,
    cache: { bridges, clients, stowaways: objectCache<V1Pod>(), pods: objectCache<V1Pod>() },
    queue: { add: () => {}, addLater: (key: string) => void later.push(key), stop: () => Promise.resolve() },
    namespace: "gefyra",
    attempts: startAttempts(),
    carrierImage: CARRIER,
    log: () => {},
  } as unknown as Context;
  await reconcileBridge(context, {} as Tunnel, "shop", "b");
  return { events, later };
}

Deno.test("a bridge that is changed into one that must not be gives its pods back", async () => {
  for (
    const change of [{ match: unfit }, {
      destination: { name: "x", address: "198.18.0.1" },
    }] satisfies Partial<
      BridgeSpec
    >[]
  ) {
    const { events, later } = await reconcile("beside", change);
    assert.deepEqual(events, ["Refused with web-1", "apply", "Refused with "]);
    assert.deepEqual(later, []);
  }
});

Deno.test("its pods stay on record until they are back", async () => {
  const { events, later } = await reconcile("replace", { match: unfit });
  assert.deepEqual(events, ["Refused with web-1", "image"]);
  assert.deepEqual(later, ["bridge/shop/b"]);
});
