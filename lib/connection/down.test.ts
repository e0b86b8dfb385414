import assert from "node:assert/strict";
import type { Container, Engine, Labels, Network } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { silentSteps } from "../steps.ts";
import { connectionLabels } from "./connection.ts";
import { disconnect } from "./down.ts";

/** Docker with a network for each connection, and containers; what is removed is gone. `foreign`: others' containers in all networks. */
function docker(connections: string[], orphans: string[] = [], foreign: string[] = []) {
  let networks = connections.map((name) =>
    ({ id: name, name, subnets: [], containers: [], labels: connectionLabels(name, "network") }) as Network
  );
  let containers = [...connections, ...orphans].map((name) =>
    ({ id: name, labels: connectionLabels(name, "cargo") }) as unknown as Container
  );
  const fits = (labels: Labels) => (one: { labels: Labels }) =>
    Object.entries(labels).every(([key, value]) =>
      value === "" ? key in one.labels : one.labels[key] === value
    );
  const engine = {
    version: () => Promise.resolve({ version: "28", os: "linux", at: "" }),
    networks: (labels: Labels) => Promise.resolve(networks.filter(fits(labels))),
    containers: (labels: Labels) => Promise.resolve(containers.filter(fits(labels))),
    volumes: () => Promise.resolve([]),
    remove: (id: string) => Promise.resolve(void (containers = containers.filter((one) => one.id !== id))),
    network: (id: string) => {
      const network = networks.find((one) => one.id === id);
      const inside = foreign.map((name) => ({ id: name, name, ipv4: undefined }));
      return Promise.resolve(network && { ...network, containers: inside });
    },
    removeNetwork: (id: string) => {
      if (foreign.length) return Promise.reject(new Error("(HTTP code 403) network has active endpoints"));
      networks = networks.filter((one) => one.id !== id);
      return Promise.resolve();
    },
  } as unknown as Engine;
  const left = () => [...networks.map(({ name }) => name), ...containers.map(({ id }) => id)];
  return { engine, left };
}

/** No cluster can be reached, so that only Docker matters. */
const tools = (
  engine: Engine,
  error = new GefyraError("gone", "Cannot reach it", { exit: "unreachable" }),
) => ({
  engine,
  steps: silentSteps,
  connectCluster: () => Promise.reject(error),
  currentCluster: () => Promise.reject(error),
});
const nothing = { gone: [], left: [], changed: false, remarks: [] };

Deno.test("down removes one connection and leaves the others", async () => {
  const { engine, left } = docker(["a", "b"]);
  await assert.rejects(disconnect(tools(engine), { name: "a" }), { id: "cluster-left" });
  assert.deepEqual(left(), ["b", "b"]);
});

Deno.test("down --all removes all connections, even if one cluster cannot be reached", async () => {
  const { engine, left } = docker(["a", "b"]);
  await assert.rejects(disconnect(tools(engine), { name: "a", all: true }), { id: "cluster-left" });
  assert.deepEqual(left(), []);
});

Deno.test("down without a connection removes leftovers of a crash, and says if there are none", async () => {
  const { engine, left } = docker([], ["a", "b"]);
  assert.deepEqual(await disconnect(tools(engine), {}), { ...nothing, changed: true });
  assert.deepEqual(left(), []);
  assert.deepEqual(await disconnect(tools(engine), {}), nothing);
});

Deno.test("down of a name that is not connected touches nothing else", async () => {
  const { engine, left } = docker(["a"], ["b"]);
  assert.deepEqual(await disconnect(tools(engine), { name: "b" }), {
    ...nothing,
    left: ["a"],
    changed: true,
  });
  assert.deepEqual(await disconnect(tools(engine), { name: "b" }), { ...nothing, left: ["a"] });
  assert.deepEqual(left(), ["a", "a"]);
});

Deno.test("an unknown connection on the command line is refused, with a list of the existing ones", async () => {
  const { engine, left } = docker(["a", "b"]);
  await assert.rejects(disconnect(tools(engine), { name: "c", typed: true }), {
    id: "connection-missing",
    message: 'Cannot disconnect "c": there is no such connection',
    hint: "this machine has: a, b",
  });
  assert.deepEqual(left(), ["a", "b", "a", "b"]);
  // That of an environment variable stays set.
  assert.deepEqual(await disconnect(tools(engine), { name: "c" }), { ...nothing, left: ["a", "b"] });
  const none = docker([]);
  assert.deepEqual(await disconnect(tools(none.engine), { name: "c", typed: true }), nothing);
});

Deno.test("a foreign container in the network is named, and everything else is removed", async () => {
  const { engine, left } = docker(["a"], [], ["shop", "db"]);
  await assert.rejects(disconnect(tools(engine), { name: "a" }), {
    id: "network-in-use",
    message: 'Cannot remove Docker network "a": containers db, shop are still in it',
    hint: /docker network disconnect a CONTAINER/,
  });
  assert.deepEqual(left(), ["a"]);
});

for (const id of ["context-missing", "kubeconfig-unreadable", "no-cluster"]) {
  Deno.test(`down removes the local part where the cluster cannot be asked any more: ${id}`, async () => {
    const { engine, left } = docker(["a"]);
    const error = new GefyraError(id, "Cannot use it", { exit: "notFound" });
    await assert.rejects(disconnect(tools(engine, error), { name: "a" }), {
      id: "cluster-left",
      exit: "unreachable",
      hint: /is removed from this machine.*--disconnect-timeout/,
    });
    assert.deepEqual(left(), []);
    assert.deepEqual(await disconnect(tools(engine, error), { name: "a" }), nothing);
  });
}

Deno.test("down keeps the local part if the cluster refuses something", async () => {
  const { engine, left } = docker(["a"]);
  const error = new GefyraError("forbidden", "Cannot act", { exit: "forbidden" });
  await assert.rejects(disconnect(tools(engine, error), { name: "a" }), { id: "forbidden" });
  assert.deepEqual(left(), ["a", "a"]);
});
