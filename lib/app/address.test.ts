import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { hosts } from "../config/addresses.ts";
import { createWithAddress, pickAddress, planAddresses } from "./address.ts";

const connection = { network: "net", subnet: "172.28.4.0/24" } as Connection;
const at = (host: number) => `172.28.4.${host}`;
const nobody = { name: "new", bridged: [] };
/** Docker, as far as it matters: a container is shown when its creation is over, and says that it was created when that began. */
function engineThatTakes(times: number[]): Engine {
  const shown = new Map<string, { created: string; address: string }>();
  let count = 0;
  const networks = (address: string) => ({ net: { IPAMConfig: { IPv4Address: address } } });
  const engine: Partial<Engine> = {
    containers: () => Promise.resolve([...shown].map(([id]) => ({ id, addresses: {} })) as never),
    inspect: (id) => {
      const found = shown.get(id);
      if (!found) return Promise.resolve(undefined);
      const NetworkSettings = { Networks: networks(found.address) };
      return Promise.resolve({ Created: found.created, NetworkSettings } as never);
    },
    create: async (options) => {
      const id = `${count++}`, created = new Date().toISOString();
      const address = options.NetworkingConfig?.EndpointsConfig?.net?.IPAMConfig?.IPv4Address ?? "";
      await delay(times.shift() ?? 0);
      shown.set(id, { created, address });
      return id;
    },
    remove: (id) => Promise.resolve(void shown.delete(id)),
  };
  return engine as Engine;
}

const optionsAt = (address: string) => ({
  NetworkingConfig: { EndpointsConfig: { net: { IPAMConfig: { IPv4Address: address } } } },
});

Deno.test("containers that start at the same time get different addresses, in any order of Docker's list", async () => {
  for (const times of [[40, 0], [0, 40], [20, 20], [40, 0, 20, 0, 10]]) {
    const engine = engineThatTakes([...times]);
    const made = await Promise.all(times.map(async (_, i) => {
      await delay(5 * i);
      return await createWithAddress(engine, connection, nobody, optionsAt);
    }));
    assert.equal(new Set(made.map(({ address }) => address)).size, times.length, `${times}`);
  }
});

Deno.test("the first free address is assigned", () => {
  const { subnet } = connection;
  assert.equal(pickAddress(subnet, [], nobody), "172.28.4.10");
  assert.equal(pickAddress(subnet, ["172.28.4.10", "172.28.4.12"], nobody), "172.28.4.11");
  assert.equal(pickAddress(subnet, ["172.28.4.10", "172.28.4.12"], nobody, 2), "172.28.4.14");
  const taken: string[] = [];
  for (let i = hosts.firstApp; i <= hosts.lastApp; i++) taken.push(pickAddress(subnet, taken, nobody));
  assert.equal(taken.at(-1), `172.28.4.${hosts.lastApp}`);
  assert.equal(pickAddress(subnet, taken.slice(1), nobody, 5), "172.28.4.10");
  assert.throws(() => pickAddress(subnet, taken, nobody), { id: "network-full", exit: "conflict" });
});

Deno.test("the address of a bridged app is reserved for the app of that name", () => {
  const { subnet } = connection;
  const bridged = [
    { name: "a", address: "198.18.7.10" },
    { name: "b", address: "198.18.7.11" },
    { name: "b", address: "198.18.7.20" },
    { name: "beyond", address: "198.18.7.250" },
  ];
  const pick = (name: string, taken: string[] = [], skip = 0) =>
    pickAddress(subnet, taken.map((host) => `172.28.4.${host}`), { name, bridged }, skip);
  assert.equal(pick("a"), "172.28.4.10");
  assert.equal(pick("a", [], 3), "172.28.4.10", "its own is never skipped");
  assert.equal(pick("b"), "172.28.4.11");
  assert.equal(pick("b", ["11"]), "172.28.4.20");
  assert.equal(pick("beyond"), "172.28.4.250");
  assert.equal(pick("new"), "172.28.4.12");
  assert.equal(pick("new", ["12"]), "172.28.4.13");
  assert.equal(pick("a", ["10"]), "172.28.4.12", "somebody has it already");
  const all = Array.from({ length: 255 }, (_, host) => ({ name: "x", address: `198.18.7.${host}` }));
  assert.throws(() => pickAddress(subnet, [], { name: "new", bridged: all }), { id: "network-full" });
});

Deno.test("containers of another program get an address each, and keep the one they have", () => {
  const plan = (
    names: string[],
    fixed: { name: string; address: string }[],
    bridged: { name: string; address: string }[] = [],
  ) => [...planAddresses("172.28.4.0/24", fixed, { names, bridged }).values()];
  assert.deepEqual(plan(["a", "b"], []), [at(hosts.firstApp), at(hosts.firstApp + 1)]);
  const fixed = [{ name: "b", address: at(hosts.firstApp) }, { name: "x", address: at(hosts.firstApp + 1) }];
  assert.deepEqual(plan(["a", "b"], fixed), [at(hosts.firstApp + 2), at(hosts.firstApp)]);
  assert.deepEqual(plan(["b"], [{ name: "b", address: at(40) }]), [at(40)]);
  // Docker has seen too late that another container has it.
  const twice = [{ name: "b", address: at(20) }, { name: "x", address: at(20) }];
  assert.deepEqual(plan(["b"], twice), [at(hosts.firstApp)]);
  assert.deepEqual(plan(["b"], [], [{ name: "b", address: "198.18.4.30" }]), [at(30)]);
});
