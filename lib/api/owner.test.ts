import assert from "node:assert/strict";
import type { GefyraBridge } from "./bridge.ts";
import type { ClientSpec, GefyraClient } from "./client.ts";
import { belongsTo, isBridgeOf, mayUse, type Owner, ownerFor } from "./owner.ts";

const client = (spec: Partial<ClientSpec> = {}) =>
  ({ metadata: { name: "me" }, spec: { owner: { user: "anna" }, ...spec } }) as GefyraClient;

Deno.test("a client is for its owner, and for those that the owner lets in", () => {
  const table: [what: string, owner: Owner | undefined, client: GefyraClient, may: boolean][] = [
    ["the owner", { user: "anna" }, client(), true],
    ["somebody else", { user: "ben" }, client(), false],
    ["a user who is let in", { user: "ben" }, client({ allowedUsers: ["cora", "ben"] }), true],
    [
      "a user of a group that is let in",
      { user: "ben", groups: ["x", "team"] },
      client({ allowedGroups: ["team"] }),
      true,
    ],
    ["of another group", { user: "ben", groups: ["x"] }, client({ allowedGroups: ["team"] }), false],
    ["a user who has the name of a group", { user: "team" }, client({ allowedGroups: ["team"] }), false],
    ["a group that has the name of the owner", { user: "ben", groups: ["anna"] }, client(), false],
    ["a name that only begins alike", { user: "anna2" }, client({ allowedUsers: ["ann"] }), false],
    ["nobody", undefined, client(), false],
  ];
  for (const [what, owner, to, may] of table) assert.equal(mayUse(owner, to), may, what);
  assert.equal(mayUse({ user: "anna" }, { spec: {} as ClientSpec }), false, "a client without an owner");
});

Deno.test("a bridge is a client's if it names it, and may", () => {
  const bridge = (client: string, user: string) => ({ spec: { client, owner: { user } } }) as GefyraBridge;
  assert.equal(isBridgeOf(bridge("me", "anna"), client()), true);
  assert.equal(isBridgeOf(bridge("me", "ben"), client()), false);
  assert.equal(isBridgeOf(bridge("you", "anna"), client()), false);
});

Deno.test("of the user's groups only those are written that the client lets in", () => {
  const user = { name: "ben", groups: ["system:authenticated", "team"] };
  assert.deepEqual(ownerFor(user, client()), { user: "ben" });
  assert.deepEqual(ownerFor(user, client({ allowedGroups: ["team", "x"] })), {
    user: "ben",
    groups: ["team"],
  });
});

Deno.test("whose a client is", () => {
  assert.equal(belongsTo(client()), 'it belongs to "anna"');
});
