import assert from "node:assert/strict";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { GefyraClient } from "../../lib/api/client.ts";
import { limitsIn } from "../../lib/limits.ts";
import { objectCache } from "../runtime/cache.ts";
import type { Context } from "../runtime/context.ts";
import { createQuota } from "./quota.ts";

const bridge = (
  name: string,
  second: number,
  { user = "anna", generation = 1, ports = 1 } = {},
): GefyraBridge => ({
  metadata: { name, namespace: "shop", uid: name, generation, creationTimestamp: new Date(second * 1000) },
  spec: {
    owner: { user },
    client: "me",
    target: { kind: "Deployment", name: "web" },
    ports: Array.from({ length: ports }, (_, i) => ({ remote: i + 1, local: 1, protocol: "TCP" })),
    destination: { name: "app", address: "" },
  },
});

/** An installation with room for two bridges of a client, or three ports. */
function quota(...all: GefyraBridge[]) {
  const bridges = objectCache<GefyraBridge>(), clients = objectCache<GefyraClient>();
  const client = { metadata: { name: "me", namespace: "gefyra" }, spec: { owner: { user: "anna" } } };
  clients.put(client as GefyraClient);
  all.forEach(bridges.put);
  const added: string[] = [], { all: list } = bridges;
  let looks = 0;
  bridges.all = () => {
    looks++;
    return list();
  };
  const limits = limitsIn({ GEFYRA_BRIDGES_PER_CLIENT: "2", GEFYRA_PORTS_PER_CLIENT: "3" });
  const context = {
    cache: { bridges, clients },
    limits,
    namespace: "gefyra",
    queue: { add: (key: string) => added.push(key) },
  };
  const { refusalOf, release } = createQuota(context as unknown as Context);
  return {
    /** As the cache gets it, and a pass over it. */
    has: (one: GefyraBridge) => {
      bridges.put(one);
      return refusalOf(one) === undefined;
    },
    goes: (one: GefyraBridge) => {
      bridges.remove(one);
      release("shop", one.metadata?.name ?? "");
      return added.splice(0);
    },
    added: () => added.splice(0),
    /** How often all bridges were looked at. */
    looks: () => looks,
  };
}

Deno.test("after a start of the operator the oldest have their places, whichever it looks at first", () => {
  const [a, b, c] = [bridge("c", 1), bridge("b", 2), bridge("a", 3)] as const;
  const { has } = quota(c, b, a);
  assert.deepEqual([has(c), has(b), has(a)], [false, true, true]);
});

Deno.test("a free place goes to the oldest that waits, whose key is due", () => {
  const [a, b, c, d] = [bridge("a", 1), bridge("b", 2), bridge("c", 3), bridge("d", 4)] as const;
  const { has, goes } = quota();
  assert.deepEqual([has(a), has(b), has(c), has(d)], [true, true, false, false]);
  assert.deepEqual(goes(b), ["bridge/shop/c"]);
  assert.deepEqual([has(a), has(c), has(d)], [true, true, false]);
  assert.deepEqual(goes(d), [], "one without a place frees none");
});

Deno.test("bridges that may not use the client, and those that are refused, take no place", () => {
  const [foreign, wide, a] = [
    bridge("foreign", 1, { user: "ben" }),
    bridge("wide", 2, { ports: 4 }),
    bridge("a", 3),
  ] as const;
  const { has } = quota(foreign, wide, a);
  assert.deepEqual([has(a), has(wide), has(bridge("b", 4))], [true, false, true]);
});

Deno.test("a bridge that is changed is counted again, and so are those that lose their places", () => {
  const [a, b] = [bridge("a", 1), bridge("b", 2)] as const;
  const { has, added } = quota();
  assert.deepEqual([has(a), has(b)], [true, true]);
  assert.equal(has(bridge("a", 1, { generation: 2, ports: 3 })), true);
  assert.deepEqual(added(), ["bridge/shop/b"]);
  assert.equal(has(b), false);
});

Deno.test("an older bridge whose permission comes later has its place before younger ones", () => {
  const [a, b, late] = [bridge("a", 2), bridge("b", 3), bridge("late", 1)] as const;
  const { has, added } = quota();
  assert.deepEqual([has(a), has(b), has(late)], [true, true, true]);
  assert.deepEqual(added(), ["bridge/shop/b"]);
});

Deno.test("bridges that come and go are counted one by one, and not all of them for each", () => {
  const { has, goes, looks } = quota();
  const bridges = Array.from({ length: 1_000 }, (_, i) => bridge(`b${i}`, i));
  for (const one of bridges) has(one);
  for (const one of bridges.toReversed().slice(0, 500)) goes(one);
  assert.equal(looks(), 1);
});
