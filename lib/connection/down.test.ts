import assert from "node:assert/strict";
import type { Container, Engine, Labels, Network } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { silentSteps } from "../steps.ts";
import { connectionLabels } from "./connection.ts";
import { disconnect } from "./down.ts";

/** Docker with a network for each connection, and containers; what is removed is gone. */
function docker(connections: string[], orphans: string[] = []) {
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
    removeNetwork: (id: string) => Promise.resolve(void (networks = networks.filter((one) => one.id !== id))),
  } as unknown as Engine;
  const left = () => [...networks.map(({ name }) => name), ...containers.map(({ id }) => id)];
  return { engine, left };
}

/** No cluster can be reached, so that only Docker matters. */
const tools = (engine: Engine) => ({
  engine,
  steps: silentSteps,
  connectCluster: () => Promise.reject(new GefyraError("gone", "Cannot reach it", { exit: "unreachable" })),
});

Deno.test("down takes one connection, and leaves the others", async () => {
  const { engine, left } = docker(["a", "b"]);
  await assert.rejects(disconnect(tools(engine), { name: "a" }), { id: "cluster-left" });
  assert.deepEqual(left(), ["b", "b"]);
});

Deno.test("down --all takes all of them, also when the cluster of one cannot be reached", async () => {
  const { engine, left } = docker(["a", "b"]);
  await assert.rejects(disconnect(tools(engine), { name: "a", all: true }), { id: "cluster-left" });
  assert.deepEqual(left(), []);
});

Deno.test("down without a connection takes what a crash has left, and says when there is nothing", async () => {
  const { engine, left } = docker([], ["a", "b"]);
  assert.deepEqual(await disconnect(tools(engine), {}), { gone: [], left: [], changed: true });
  assert.deepEqual(left(), []);
  assert.deepEqual(await disconnect(tools(engine), {}), { gone: [], left: [], changed: false });
});

Deno.test("down of a name that is not connected touches nothing else", async () => {
  const { engine, left } = docker(["a"], ["b"]);
  assert.deepEqual(await disconnect(tools(engine), { name: "b" }), { gone: [], left: ["a"], changed: true });
  assert.deepEqual(await disconnect(tools(engine), { name: "b" }), { gone: [], left: ["a"], changed: false });
  assert.deepEqual(left(), ["a", "a"]);
});
