import assert from "node:assert/strict";
import type { GefyraBridge } from "../api/bridge.ts";
import { type Limit, limitsIn } from "../limits.ts";
import { byClaim, createRoom, quotaText } from "./quota.ts";

interface Fields {
  client?: string;
  namespace?: string;
  ports?: number;
  age?: number;
}

let made = 0;
const bridge = (name: string, { client = "me", namespace = "shop", ports = 1, age = made++ }: Fields = {}) =>
  ({
    metadata: { name, namespace, uid: name, creationTimestamp: new Date(age * 1000) },
    spec: { client, ports: Array.from({ length: ports }, (_, i) => ({ remote: i + 1, protocol: "TCP" })) },
  }) as GefyraBridge;

/** The names of those that there is no room for, with the limit. */
function refused(bridges: GefyraBridge[], env: Record<string, string>) {
  const room = createRoom(limitsIn(env));
  return byClaim(bridges).flatMap((bridge) => {
    const limit = room.take(bridge);
    return limit ? `${bridge.metadata?.name} ${limit}` : [];
  }).sort();
}

Deno.test("the oldest bridges have room, and each limit is named", () => {
  const table: [what: string, bridges: GefyraBridge[], env: Record<string, string>, refused: string[]][] = [
    ["below the limits", [bridge("a"), bridge("b")], {}, []],
    ["ports of a bridge", [bridge("a", { ports: 3 })], { GEFYRA_PORTS_PER_BRIDGE: "2" }, [
      "a GEFYRA_PORTS_PER_BRIDGE",
    ]],
    ["bridges of a client", [bridge("a"), bridge("b"), bridge("c")], { GEFYRA_BRIDGES_PER_CLIENT: "2" }, [
      "c GEFYRA_BRIDGES_PER_CLIENT",
    ]],
    ["the oldest, whatever the order", [bridge("a", { age: 9 }), bridge("b", { age: 1 })], {
      GEFYRA_BRIDGES_PER_CLIENT: "1",
    }, ["a GEFYRA_BRIDGES_PER_CLIENT"]],
    ["another client", [bridge("a"), bridge("b", { client: "you" })], { GEFYRA_BRIDGES_PER_CLIENT: "1" }, []],
    ["a namespace", [bridge("a"), bridge("b", { client: "you" }), bridge("c", { namespace: "x" })], {
      GEFYRA_BRIDGES_PER_NAMESPACE: "1",
    }, ["b GEFYRA_BRIDGES_PER_NAMESPACE"]],
    ["ports of a client", [bridge("a", { ports: 3 }), bridge("b", { ports: 2 }), bridge("c")], {
      GEFYRA_PORTS_PER_CLIENT: "4",
    }, ["b GEFYRA_PORTS_PER_CLIENT"]],
    [
      "who is refused takes no room from others",
      [bridge("a"), bridge("b"), bridge("c"), bridge("d", { client: "you" })],
      { GEFYRA_BRIDGES_PER_CLIENT: "1", GEFYRA_BRIDGES_PER_NAMESPACE: "2" },
      ["b GEFYRA_BRIDGES_PER_CLIENT", "c GEFYRA_BRIDGES_PER_CLIENT"],
    ],
  ];
  for (const [what, bridges, env, expected] of table) assert.deepEqual(refused(bridges, env), expected, what);
});

Deno.test("of the same second, a bridge that has ports has its place", () => {
  const [a, b] = [bridge("a", { age: 1 }), bridge("b", { age: 1 })];
  b.status = { ports: [{ remote: 1, protocol: "TCP", stowaway: 10_000 }] };
  assert.deepEqual(refused([a, b], { GEFYRA_BRIDGES_PER_CLIENT: "1" }), ["a GEFYRA_BRIDGES_PER_CLIENT"]);
});

Deno.test("a place that is given back is there for another", () => {
  const room = createRoom(limitsIn({ GEFYRA_PORTS_PER_CLIENT: "3" }));
  const [a, b] = [bridge("a", { ports: 3 }), bridge("b", { ports: 2 })];
  assert.deepEqual([room.take(a), room.take(b)], [undefined, "GEFYRA_PORTS_PER_CLIENT"]);
  room.give(a);
  assert.equal(room.take(b), undefined);
});

Deno.test("the first of very many have room", () => {
  const bridges = Array.from({ length: 10_000 }, (_, i) => bridge(`b${i}`));
  assert.equal(refused(bridges, {}).length, 9_950);
});

Deno.test("the message names whose limit it is", () => {
  const text = (limit: Limit) => quotaText(limit, bridge("a"), limitsIn({})).split(":")[0];
  assert.equal(text("GEFYRA_PORTS_PER_BRIDGE"), "a bridge may have 32 ports");
  assert.equal(text("GEFYRA_BRIDGES_PER_CLIENT"), 'client "me" may have 50 bridges');
  assert.equal(text("GEFYRA_PORTS_PER_CLIENT"), 'client "me" may have 200 bridged ports');
  assert.equal(text("GEFYRA_BRIDGES_PER_NAMESPACE"), 'namespace "shop" may have 100 bridges');
});
