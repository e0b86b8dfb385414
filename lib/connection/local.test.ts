import assert from "node:assert/strict";
import type { NetworkCreateOptions } from "dockerode";
import type { Cluster } from "../kube/cluster.ts";
import type { Engine, Network } from "../docker/engine.ts";
import { defaultImages } from "../images.ts";
import { dockerNames } from "./connection.ts";
import { makeNetwork } from "./local.ts";

const options = { connection: "mine", namespace: "gefyra", kubeconfig: "", images: defaultImages };
const cluster = {
  context: "lab",
  list: () => Promise.resolve([]),
  get: () => Promise.resolve(undefined),
  create: () => Promise.reject(new Error("not asked")),
} as unknown as Cluster;

/** Another command takes each subnet a moment before this one, so many times. */
function docker(times: number, others: Network[] = []) {
  const networks = [...others], tried: string[] = [];
  const engine = {
    image: () => Promise.resolve({ id: "1", labels: {} }),
    allNetworks: () => Promise.resolve(networks),
    network: (name: string) => Promise.resolve(networks.find((one) => one.name === name)),
    createNetwork: ({ IPAM }: NetworkCreateOptions) => {
      const subnet = IPAM?.Config?.[0]?.Subnet ?? "";
      tried.push(subnet);
      if (tried.length > times) return Promise.resolve("id");
      networks.push({ id: subnet, name: `other-${subnet}`, labels: {}, subnets: [subnet], containers: [] });
      return Promise.reject(
        new Error("(HTTP code 403) unexpected - Pool overlaps with other one on this address space"),
      );
    },
  } as unknown as Engine;
  return { engine, tried };
}

Deno.test("a subnet that another command has just taken is not used", async () => {
  const { engine, tried } = docker(2);
  const { subnet } = await makeNetwork(engine, cluster, options);
  assert.deepEqual([tried.length, new Set(tried).size, tried.at(-1)], [3, 3, subnet]);
});

Deno.test("a requested subnet is not replaced by another one", async () => {
  const { engine, tried } = docker(1);
  await assert.rejects(makeNetwork(engine, cluster, { ...options, subnet: "10.99.1.0/24" }), {
    id: "subnet-unusable",
    message: /other-10\.99\.1\.0/,
  });
  assert.deepEqual(tried, ["10.99.1.0/24"]);
});

Deno.test("a network of the same name that is not Gefyra's is left alone", async () => {
  const theirs = { id: "1", name: dockerNames("mine").network, labels: {}, subnets: [], containers: [] };
  const { engine, tried } = docker(0, [theirs]);
  await assert.rejects(makeNetwork(engine, cluster, options), { id: "network-taken" });
  assert.deepEqual(tried, []);
});
