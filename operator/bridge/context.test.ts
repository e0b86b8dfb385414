import assert from "node:assert/strict";
import type { BridgeContext } from "./context.ts";
import { bridgeOf, fixture, podOf, recordOf } from "./fixture.ts";

const target = { namespace: "shop", pod: "a", container: "gefyra-carrier" };
const files = () => ({ "nginx.conf": "", "nftables.conf": "" });
const KEY = "uid-b/uid-a";

/** Has the context remember something of every kind about bridge "b" and pod "a". */
async function remember(context: BridgeContext) {
  context.attempts.fail(KEY, "wanted");
  context.createdAt.set("uid-a", 1);
  context.restoringSince.set(KEY, 1);
  await context.carriers.configure(target, { uid: "uid-a", id: "1" }, files);
}

/** What of it is still remembered. */
async function remembered(context: BridgeContext) {
  return {
    attempts: context.attempts.remaining(KEY, "wanted") > 0,
    createdAt: context.createdAt.has("uid-a"),
    restoringSince: context.restoringSince.has(KEY),
    carriers: !await context.carriers.configure(target, { uid: "uid-a", id: "1" }, files),
  };
}

const all = { attempts: true, createdAt: true, restoringSince: true, carriers: true };
const none = { attempts: false, createdAt: false, restoringSince: false, carriers: false };

Deno.test("what is remembered stays while the pod and the bridge exist", async () => {
  const { context } = fixture({ pods: [podOf("a")] });
  await remember(context);
  context.prune();
  assert.deepEqual(await remembered(context), all);
});

Deno.test("all of it goes with the pod", async () => {
  const { context, set } = fixture({ pods: [podOf("a")] });
  await remember(context);
  set({ pods: [podOf("other")] });
  context.prune();
  assert.deepEqual(await remembered(context), none);
});

Deno.test("what is about a bridge goes with the bridge, and the rest stays with the pod", async () => {
  const { context, bridge } = fixture({ pods: [podOf("a")] });
  await remember(context);
  context.cache.bridges.remove(bridge());
  context.prune();
  assert.deepEqual(await remembered(context), { ...all, attempts: false, restoringSince: false });
});

Deno.test("a pod that is not watched exists while a bridge has a record of it", async () => {
  const { context } = fixture({ bridge: bridgeOf([recordOf("a")]) });
  await remember(context);
  context.prune();
  assert.deepEqual(await remembered(context), all);
});
