import assert from "node:assert/strict";
import { choose, connectionNameOf, nameForUp } from "./choose.ts";
import { checkConnectionName, type Connection } from "./connection.ts";

const connection = (name: string, context = name, kubeconfig = "/k"): Connection => ({
  ...{ name, context, kubeconfig },
  ...{ network: "", subnet: "", client: "", namespace: "gefyra" },
});

for (
  const [context, expected] of [
    ["gefyra-lab", "gefyra-lab"],
    ["kind-Dev_1", "kind-dev-1"],
    ["admin@cluster.example", "admin-cluster-example"],
    ["arn:aws:eks:eu-central-1:123456789012:cluster/shop", "1-123456789012-cluster-shop"],
    ["gke_my-project_europe-west3-a_a-cluster", "europe-west3-a-a-cluster"],
    ["a".repeat(40), "a".repeat(30)],
    ["__", "cluster"],
    ["東京", "cluster"],
  ] as const
) {
  Deno.test(`connection: the context "${context}" names one ${expected}`, () => {
    assert.equal(connectionNameOf(context), expected);
    assert.equal(checkConnectionName(expected), expected);
  });
}

Deno.test("up reuses the connection of its context, whatever its name", () => {
  const current = { context: "gefyra-lab", kubeconfig: "/k" };
  assert.equal(nameForUp([], current), "gefyra-lab");
  assert.equal(nameForUp([connection("mine", "gefyra-lab")], current), "mine");
  assert.equal(nameForUp([connection("mine", "gefyra-lab", "/other")], current), "gefyra-lab");
  assert.equal(nameForUp([connection("other")], current), "gefyra-lab");
  const two = [connection("a", "gefyra-lab"), connection("b", "gefyra-lab")];
  assert.equal(nameForUp(two, current), "gefyra-lab");
  assert.equal(nameForUp([...two, connection("gefyra-lab")], current), "gefyra-lab");
});

const one = connection("one"), two = connection("two");

const choices: [string, Connection[], string | undefined, Connection | undefined][] = [
  ["none", [], "one", undefined],
  ["the only one, whatever the current context", [one], "elsewhere", one],
  ["that of the current context", [one, two], "two", two],
  [
    "that of the current context, whatever it is called",
    [one, connection("mine", "two")],
    "two",
    connection("mine", "two"),
  ],
  ["of two to one cluster the one that bears its name", [two, connection("second", "two")], "two", two],
  [
    "that of the current file",
    [connection("a", "two", "/other"), connection("b", "two")],
    "two",
    connection("b", "two"),
  ],
];

for (const [name, connections, context, expected] of choices) {
  Deno.test(`connection: ${name} is chosen`, () => {
    assert.deepEqual(choose(connections, { context, kubeconfig: "/k" }), expected);
  });
}

Deno.test("if the current context does not decide, the error lists the connections", () => {
  const unclear = (connections: Connection[], context: string | undefined, hint: RegExp) =>
    assert.throws(
      () => choose(connections, { context, kubeconfig: "/k" }),
      { id: "connection-unclear", exit: "usage", hint },
    );
  unclear([one, two], "elsewhere", /: one, two$/);
  unclear([one, two], undefined, /: one, two$/);
  unclear([one, connection("a", "two"), connection("b", "two")], "two", /: a, b$/);
});
