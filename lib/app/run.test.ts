import assert from "node:assert/strict";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { createWithAddress } from "./run.ts";

const connection = { network: "net", subnet: "172.28.4.0/24" } as Connection;
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

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
      await sleep(times.shift() ?? 0);
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

Deno.test("containers that start at once get different addresses, in whatever order Docker shows them", async () => {
  for (const times of [[40, 0], [0, 40], [20, 20], [40, 0, 20, 0, 10]]) {
    const engine = engineThatTakes([...times]);
    const made = await Promise.all(times.map(async (_, i) => {
      await sleep(5 * i);
      return await createWithAddress(engine, connection, optionsAt);
    }));
    assert.equal(new Set(made.map(({ address }) => address)).size, times.length, `${times}`);
  }
});
