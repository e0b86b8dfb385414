import assert from "node:assert/strict";
import { type Endpoint, gatewayOrder } from "./gateway.ts";
import { dockerNames } from "../connection/connection.ts";

const here = { Gateway: "172.28.4.2" };
const there = { Gateway: "172.18.0.1" };

Deno.test("the default gateway is that of the network whose priority is highest, then of the first by name", () => {
  const table: [Record<string, Endpoint>, string[]][] = [
    [{}, []],
    [{ web: { Gateway: "" } }, []],
    [{ web: here }, ["web"]],
    [{ web: here, api: there }, ["api", "web"]],
    [{ web: here, api: { Gateway: "" } }, ["web"]],
    [{ web: here, Zoo: there }, ["Zoo", "web"]],
    [{ "0-gefyra": here, bridge: there }, ["0-gefyra", "bridge"]],
    [{ "0-gefyra": here, "0-a": there }, ["0-a", "0-gefyra"]],
    [{ "0-gefyra": { ...here, GwPriority: 100 }, "0-a": { ...there, GwPriority: 0 } }, ["0-gefyra", "0-a"]],
    [{ "0-gefyra": { ...here, GwPriority: 100 }, z: { ...there, GwPriority: 200 } }, ["z", "0-gefyra"]],
    [{ b: { ...here, GwPriority: 0 }, a: { ...there, GwPriority: 0 } }, ["a", "b"]],
  ];
  for (const [endpoints, expected] of table) {
    assert.deepEqual(gatewayOrder(endpoints), expected, JSON.stringify(endpoints));
    const reversed = Object.fromEntries(Object.entries(endpoints).reverse());
    assert.deepEqual(gatewayOrder(reversed), expected, "in whatever order Docker tells them");
  }
});

Deno.test("a connection's network comes before those that people and Compose make", () => {
  for (const connection of ["default", "lab"]) {
    const { network } = dockerNames(connection);
    for (
      const other of ["00_default", "1app_default", "App", "a", "bridge", "0_a", "0.a", "gefyra-lab", "kind"]
    ) {
      assert.equal(gatewayOrder({ [other]: there, [network]: here })[0], network, other);
    }
  }
});
