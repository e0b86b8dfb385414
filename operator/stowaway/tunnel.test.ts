import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { GefyraError } from "../../lib/errors.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import type { GefyraClient } from "../../lib/api/client.ts";
import type { Context } from "../runtime/context.ts";
import { forwards, openTunnel, routesOf, wantedState } from "./tunnel.ts";
import { sendersOf } from "./senders.ts";
import { recordOf } from "./fixture.ts";
import { objectCache } from "../runtime/cache.ts";

function client(name: string, subnet: string | undefined, metadata: object = {}): GefyraClient {
  const tunnel = { serverPublicKey: "S=", nodePort: 1, dns: { server: "", domain: "" } };
  return {
    metadata: { name, ...metadata },
    spec: { owner: { user: name }, publicKey: `${name}=`, disconnectTimeout: 600 },
    ...(subnet ? { status: { tunnel: { subnet, ...tunnel } } } : {}),
  };
}

function bridge(client: string, address: string, ports: [number, number, number?][]): GefyraBridge {
  const protocol = "TCP" as const;
  return {
    metadata: { name: `${client}-bridge`, uid: `uid-${client}` },
    spec: {
      owner: { user: client },
      client,
      target: { kind: "Deployment", name: "web", container: "web" },
      ports: ports.map(([remote, local]) => ({ remote, local, protocol })),
      destination: { name: "app", address },
    },
    status: {
      ports: ports.flatMap(([remote, , stowaway]) => stowaway ? [{ remote, protocol, stowaway }] : []),
      pods: [recordOf("a")],
    },
  };
}

const from = ["10.1.0.5"];
const senders = (bridge: GefyraBridge) => [...sendersOf(bridge).values()];

const anna = client("anna", "198.18.1.0/24"), ben = client("ben", "198.18.2.0/24");

Deno.test("every client with a subnet of the tunnel is a peer, and no other", () => {
  const leaving = client("cora", "198.18.3.0/24", { deletionTimestamp: new Date() });
  const state = wantedState("P=", [anna, ben, client("new", undefined), leaving], [], senders);
  assert.deepEqual(state, {
    privateKey: "P=",
    peers: [{ publicKey: "anna=", subnet: "198.18.1.0/24" }, { publicKey: "ben=", subnet: "198.18.2.0/24" }],
    forwards: [],
  });
});

Deno.test("every bridged port with a port of Stowaway is forwarded", () => {
  const bridges = [
    bridge("anna", "198.18.1.10", [[80, 8000, 10000], [443, 8443, 10001], [9000, 9000]]),
    bridge("ben", "198.18.2.10", [[80, 80, 10002]]),
  ];
  assert.deepEqual(wantedState("P=", [anna, ben], bridges, senders).forwards, [
    { port: 10000, address: "198.18.1.10", local: 8000, protocol: "TCP", from },
    { port: 10001, address: "198.18.1.10", local: 8443, protocol: "TCP", from },
    { port: 10002, address: "198.18.2.10", local: 80, protocol: "TCP", from },
  ]);
});

Deno.test("no bridge leads to anything but an app container of its own client", () => {
  const foreign = ["198.18.2.10", "198.18.0.1", "10.0.0.1", "127.0.0.1", "nonsense", ""];
  const own = ["198.18.1.1", "198.18.1.3", "198.18.1.255", "198.18.1.010"];
  for (const address of [...foreign, ...own]) {
    const bridges = [bridge("anna", address, [[80, 80, 10000]])];
    const { forwards } = wantedState("P=", [anna, ben], bridges, senders);
    assert.deepEqual(forwards, [], address);
  }
});

Deno.test("a bridge that may not lead to its client gets no forward", () => {
  const theirs = bridge("anna", "198.18.1.10", [[80, 80, 10000]]);
  theirs.spec.owner = { user: "ben" };
  assert.deepEqual(wantedState("P=", [anna, ben], [theirs], senders).forwards, []);
});

Deno.test("the oldest client with a key keeps it until it is deleted", () => {
  const at = (hour: number) => ({ creationTimestamp: new Date(Date.UTC(2030, 0, 1, hour)) });
  const first = client("zoe", "198.18.1.0/24", at(1));
  const twin = { ...client("anna", "198.18.2.0/24", at(2)), spec: first.spec };
  const state = wantedState("P=", [twin, first], [bridge("anna", "198.18.2.10", [[80, 80, 10000]])], senders);
  assert.deepEqual(state.peers, [{ publicKey: "zoe=", subnet: "198.18.1.0/24" }]);
  assert.deepEqual(state.forwards, []);
  assert.deepEqual(wantedState("P=", [twin], [], senders).peers, [{
    publicKey: "zoe=",
    subnet: "198.18.2.0/24",
  }]);
});

Deno.test("a bridge without its client is not forwarded", () => {
  const orphan = bridge("zoe", "198.18.1.10", [[80, 80, 10000]]);
  assert.deepEqual(wantedState("P=", [anna], [orphan], senders).forwards, []);
});

Deno.test("a bridge without a status is not forwarded yet", () => {
  const { status: _, ...fresh } = bridge("anna", "198.18.1.10", [[80, 80, 10000]]);
  assert.deepEqual(wantedState("P=", [anna], [fresh], senders).forwards, []);
});

Deno.test("of bridges with the same port the oldest comes first, whatever their order", () => {
  const at = (hour: number) => ({ creationTimestamp: new Date(Date.UTC(2030, 0, 1, hour)) });
  const made = (hour: number, address: string) => {
    const one = bridge("anna", address, [[80, 80, 10000]]);
    return { ...one, metadata: { ...one.metadata, ...at(hour) } };
  };
  const old = made(1, "198.18.1.10"), young = made(2, "198.18.1.11");
  for (const bridges of [[old, young], [young, old]]) {
    const { forwards } = wantedState("P=", [anna], bridges, senders);
    assert.deepEqual(forwards.map(({ address }) => address), ["198.18.1.10", "198.18.1.11"]);
  }
});

Deno.test("a bridge is forwarded for a pod when Stowaway takes all its ports from that pod's address", () => {
  const one = bridge("anna", "198.18.1.10", [[80, 8000, 10000], [443, 8443, 10001]]);
  const routes = routesOf(wantedState("P=", [anna], [one], senders));
  const more = (...pods: InterceptedPod[]) => ({ ...one, status: { ...one.status, pods } });
  const a = recordOf("a"), b = recordOf("b", { address: "10.1.0.6" });
  assert.ok(forwards(routes, one, "uid-a") && forwards(routes, one));
  assert.ok(!forwards(routes, one, "uid-b"), "a pod that it does not have");
  assert.ok(!forwards(routes, more(a, b), "uid-b") && !forwards(routes, more(a, b)), "a pod that is new");
  assert.ok(forwards(routes, more(a, b), "uid-a"), "the pod before it");
  assert.ok(!forwards(routes, more({ ...a, address: "10.1.0.7" }), "uid-a"), "a pod that moved");
  assert.ok(!forwards(routes, bridge("anna", "198.18.1.10", [[80, 8001, 10000]]), "uid-a"), "another port");
  assert.ok(!forwards(routes, bridge("anna", "198.18.1.11", [[80, 8000, 10000]]), "uid-a"), "another app");
});

Deno.test("a refusal of Stowaway has its words, delays the next attempt, and does not matter to a bridge whose ports it has", async () => {
  const clients = objectCache<GefyraClient>(),
    bridges = objectCache<GefyraBridge>(),
    pods = objectCache<V1Pod>(),
    stowaways = objectCache<V1Pod>();
  const status = {
    name: "stowaway",
    image: "",
    imageID: "",
    ready: true,
    restartCount: 0,
    containerID: "s1",
  };
  stowaways.put({
    metadata: { name: "gefyra-stowaway-0", namespace: "gefyra" },
    status: { podIP: "10.0.0.9", containerStatuses: [{ ...status, state: { running: {} } }] },
  });
  let asked = 0, refuses = false, asking = undefined as (() => Promise<never>) | undefined;
  const cluster = {
    get: ({ kind }: { kind: string }) =>
      Promise.resolve(
        kind === "Secret" ? { data: { privateKey: btoa("P="), publicKey: btoa("Q=") } } : undefined,
      ),
    exec: () => {
      if (asking) return asking();
      asked++;
      return Promise.resolve({
        exitCode: refuses ? 1 : 0,
        stdout: "",
        stderr: refuses ? "stowaway: no" : "",
      });
    },
  } as unknown as Cluster;
  const tunnel = await openTunnel({
    ...{ cluster, cache: { clients, bridges, pods, stowaways }, namespace: "gefyra" },
    log: () => {},
  } as unknown as Context);
  const first = bridge("anna", "198.18.1.10", [[80, 8000, 10000]]);
  clients.put(anna);
  bridges.put(first);
  await tunnel.ensureForwards(first);
  refuses = true;
  const second = {
    ...bridge("anna", "198.18.1.11", [[80, 8000, 10001]]),
    metadata: { name: "second", uid: "second" },
  };
  bridges.put(second);
  const error = { id: "stowaway-refused", message: "Cannot configure Stowaway: stowaway: no" };
  await assert.rejects(tunnel.ensureForwards(second), error);
  await assert.rejects(tunnel.apply(), error);
  assert.equal(asked, 2);
  await tunnel.ensureForwards(first);
  // A Stowaway that cannot be asked has refused nothing: that error reaches every bridge.
  clients.put(ben);
  const away = new GefyraError("cluster-unreachable", "Cannot reach the cluster");
  asking = () => Promise.reject(away);
  await assert.rejects(tunnel.ensureForwards(first), away);
  clients.remove(ben);
  // Without the second bridge, the state is the one that is applied.
  bridges.remove(second);
  await tunnel.apply();
  assert.equal(asked, 2);
});
