import assert from "node:assert/strict";
import type { Engine, Network } from "../docker/engine.ts";
import { findConnection, requireConnection } from "./find.ts";
import { checkConnectionName, dockerNames } from "./connection.ts";
import { checkLabName, contextOf, controlPlaneOf } from "../lab/nodes.ts";
import { networkOptions } from "./docker.ts";

const connection = {
  name: "second",
  network: "gefyra-connection-second",
  subnet: "172.28.4.0/24",
  client: "laptop-1a2b3c",
  context: "lab",
  kubeconfig: "/k",
  namespace: "bridges",
};

function engineWith(networks: Network[]): Engine {
  const fits = (network: Network, labels: Record<string, string>) =>
    Object.entries(labels).every(([key, value]) =>
      value === "" ? key in network.labels : network.labels[key] === value
    );
  return {
    networks: (labels: Record<string, string>) =>
      Promise.resolve(networks.filter((one) => fits(one, labels))),
  } as Partial<Engine> as Engine;
}

Deno.test("a connection is read completely from the labels of its network", async () => {
  const { Labels = {} } = networkOptions(connection);
  const network = {
    id: "1",
    name: "gefyra-connection-second",
    labels: Labels,
    subnets: ["172.28.4.0/24"],
    containers: [],
  };
  assert.deepEqual(await findConnection(engineWith([network]), "second"), connection);
  assert.equal(await findConnection(engineWith([network]), "other"), undefined);
});

Deno.test("without a connection, the error says how to create one of that name", async () => {
  const hints: [string | undefined, RegExp][] = [
    [undefined, /^connect it with `gefyra up`$/],
    ["second", /^connect it with `gefyra up --connection second`/],
  ];
  for (const [name, hint] of hints) {
    await assert.rejects(requireConnection(engineWith([]), name), {
      id: "not-connected",
      exit: "notFound",
      hint,
    });
  }
});

Deno.test("without a name, the only connection is used", async () => {
  const { Labels = {} } = networkOptions(connection);
  const network = {
    id: "1",
    name: connection.network,
    labels: Labels,
    subnets: [connection.subnet],
    containers: [],
  };
  const other = { ...network, labels: { ...Labels, "dev.gefyra.connection": "other" } };
  for (const name of [undefined, ""]) {
    assert.deepEqual(await requireConnection(engineWith([network]), name), connection);
    await assert.rejects(requireConnection(engineWith([network, other]), name), { id: "connection-unclear" });
  }
});

Deno.test("no lab has the names of a connection", () => {
  const names = ["lab", "default", "gefyra-lab", "connection-a", "cargo-a"];
  const usable = names.filter((lab) => {
    try {
      checkLabName(lab);
      return true;
    } catch {
      return false;
    }
  });
  assert.deepEqual(usable, ["lab", "default", "gefyra-lab"]);
  const labs = usable.flatMap((lab) => [contextOf(lab), controlPlaneOf(lab).name]);
  const connections = [...labs, ...usable].flatMap((name) => Object.values(dockerNames(name)));
  assert.deepEqual(labs.filter((name) => connections.includes(name)), []);
});

Deno.test("each connection has its own Docker objects", () => {
  assert.deepEqual(dockerNames("default"), {
    network: "0-gefyra",
    cargo: "gefyra-cargo",
    volume: "gefyra-cargo",
    relay: "gefyra-relay",
  });
  assert.deepEqual(dockerNames("e2e"), {
    network: "0-gefyra-e2e",
    cargo: "gefyra-cargo-e2e",
    volume: "gefyra-cargo-e2e",
    relay: "gefyra-relay-e2e",
  });
});

Deno.test("a connection's name must be valid in container names", () => {
  for (const name of ["a", "my-lab", "0", "a".repeat(30)]) assert.equal(checkConnectionName(name), name);
  for (const name of ["", "-a", "A", "a b", "a/b", "$(id)", "ä", "a".repeat(31)]) {
    assert.throws(() => checkConnectionName(name), { id: "connection-invalid", exit: "usage" }, name);
  }
});
