import assert from "node:assert/strict";
import type { GefyraClient } from "../../lib/api/client.ts";
import { limitsIn } from "../../lib/limits.ts";
import { freeSubnet, heldSubnet } from "./subnet.ts";

const limits = limitsIn({ GEFYRA_CLIENTS_PER_USER: "2" });

/** Clients by age. */
const client = (
  name: string,
  age: number,
  { user = "anna", subnet }: { user?: string; subnet?: string } = {},
) =>
  ({
    metadata: { name, uid: `uid-${name}`, namespace: "gefyra", creationTimestamp: new Date(age * 1000) },
    spec: { owner: { user } },
    ...(subnet ? { status: { tunnel: { subnet } } } : {}),
  }) as GefyraClient;

Deno.test("a client keeps its place, unless an older client has it, too, or it is none", () => {
  const older = client("older", 1, { subnet: "198.18.1.0/24" });
  const table: [what: string, subnet: string | undefined, held: boolean][] = [
    ["its own", "198.18.2.0/24", true],
    ["that of an older one", "198.18.1.0/24", false],
    ["Stowaway's", "198.18.0.0/24", false],
    ["outside of the tunnel", "10.0.0.0/24", false],
    ["larger than one", "198.18.0.0/15", false],
    ["not aligned", "198.18.2.7/24", false],
    ["none", undefined, false],
  ];
  for (const [what, subnet, held] of table) {
    const one = client("one", 2, subnet ? { subnet } : {});
    assert.equal(heldSubnet(one, [older, one]), held ? subnet : undefined, what);
  }
  assert.equal(heldSubnet(older, [client("late", 2, { subnet: "198.18.1.0/24" }), older]), "198.18.1.0/24");
});

Deno.test("a user's oldest clients get a place, and others' do not count", () => {
  const first = client("first", 1, { subnet: "198.18.1.0/24" });
  const second = client("second", 2),
    third = client("third", 3),
    others = client("others", 1, { user: "ben" });
  const all = [third, others, second, first];
  assert.equal(freeSubnet(second, all, limits), "198.18.2.0/24");
  assert.deepEqual(freeSubnet(third, all, limits), {
    refusal:
      'user "anna" may have 2 clients: remove some, or ask an administrator to raise GEFYRA_CLIENTS_PER_USER ' +
      "in the environment of Deployment gefyra-operator",
  });
  assert.equal(freeSubnet(third, [third, second], limits), "198.18.1.0/24", "a place that is free is taken");
  assert.equal(freeSubnet(others, all, limits), "198.18.2.0/24");
});

Deno.test("a younger client that has a place keeps it from an older one that had none", () => {
  const served = ["a", "b"].map((name, i) => client(name, 5, { subnet: `198.18.${i + 1}.0/24` }));
  assert.ok(typeof freeSubnet(client("old", 1), served, limits) !== "string");
});

Deno.test("a tunnel without a free place says so", () => {
  const all = Array.from(
    { length: 511 },
    (_, i) =>
      client(`c${i}`, i, { user: `u${i}`, subnet: `198.${18 + ((i + 1) >> 8)}.${(i + 1) & 255}.0/24` }),
  );
  const answer = freeSubnet(client("late", 999, { user: "zoe" }), all, limits);
  assert.match(typeof answer === "string" ? answer : answer.refusal, /all 511 are taken/);
});
