import assert from "node:assert/strict";
import type { Connection } from "../connection/connection.ts";
import type { Container, Engine, Network } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { ROLE_LABEL } from "../names.ts";
import { appStopped, listApps, refuseAttached } from "./apps.ts";
import type { AppContainer } from "./container.ts";

const connection = { name: "lab", network: "0-gefyra-lab" } as Connection;

async function strayGateway(gateways: string[]): Promise<string | undefined> {
  const networks = [{ name: "0-0-inside", internal: true }, { name: "0-0-open", internal: false }];
  const container = { name: "app", labels: {}, addresses: {}, gateways } as unknown as Container;
  const engine: Partial<Engine> = {
    containers: (labels) => Promise.resolve(labels[ROLE_LABEL] === "app" ? [container] : []),
    allNetworks: () => Promise.resolve(networks as Network[]),
  };
  const [app] = await listApps(engine as Engine, connection);
  return app!.strayGateway;
}

Deno.test("an app whose default gateway is not Cargo is distinguished from one that only joined other networks", async () => {
  const table: [string[], string | undefined][] = [
    [[], undefined],
    [["0-gefyra-lab"], undefined],
    [["0-gefyra-lab", "web"], undefined],
    [["0-0-open", "0-gefyra-lab"], "0-0-open"],
    [["0-0-inside", "0-gefyra-lab"], undefined],
    [["0-0-inside", "0-0-open", "0-gefyra-lab"], "0-0-open"],
    [["web"], "web"],
  ];
  for (const [gateways, expected] of table) {
    assert.equal(await strayGateway(gateways), expected, gateways.join());
  }
});

Deno.test("Gefyra does not stop or remove what it did not start, and names the command that does", () => {
  const own = { name: "web", state: "exited" } as AppContainer, attached = { ...own, attached: {} };
  const hintOf = (action: string) => {
    try {
      refuseAttached(attached, action);
    } catch (error) {
      if (error instanceof GefyraError) return [error.id, error.hint];
    }
    return [];
  };
  assert.deepEqual(hintOf("restart"), ["app-attached", "`docker restart web`"]);
  assert.deepEqual(hintOf("remove"), ["app-attached", "`gefyra detach web`, or `docker rm`"]);
  refuseAttached(own, "remove");
  assert.match(appStopped(attached, "bridge to").hint ?? "", /docker start web/);
  assert.match(appStopped(own, "bridge to").hint ?? "", /gefyra start web/);
});
