import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesObject } from "../api/objects.ts";
import { watchFrom, type WatchSource } from "./watch.ts";

const object = (uid: string, resourceVersion: string): KubernetesObject => ({
  metadata: { uid, name: uid, resourceVersion },
});

type Send = (type: string, object: KubernetesObject) => void;

/** A cluster that answers lists in turn and hands out its streams for the test to play on. */
function fake(lists: (KubernetesObject[] | Error)[]) {
  const streams: { from: string; send: Send; end: () => void; fail: (error: Error) => void }[] = [];
  const source: WatchSource<KubernetesObject> = {
    list: () => {
      const next = lists.length > 1 ? lists.shift()! : lists[0]!;
      if (next instanceof Error) return Promise.reject(next);
      return Promise.resolve({ items: next, metadata: { resourceVersion: "100" } });
    },
    stream: (from, send, signal) =>
      new Promise((end, fail) => {
        streams.push({ from, send, end, fail });
        signal.addEventListener("abort", () => end());
      }),
  };
  return { source, streams };
}

const settled = () => delay(20);

/** A busy machine takes its time. */
async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !isTrue() && Date.now() < end;) await settled();
}
const usual = { retryAfter: 1, longestStream: 60_000, longestRound: 60_000 };

async function told(lists: (KubernetesObject[] | Error)[], times = usual) {
  const events: string[] = [], errors: string[] = [];
  const { source, streams } = fake(lists);
  const stop = await watchFrom(
    source,
    ({ type, object }) => events.push(`${type} ${object.metadata?.name}`),
    ({ message }) => errors.push(message),
    times,
  );
  await settled();
  return { events, errors, streams, [Symbol.dispose]: stop };
}

Deno.test("listed objects are reported first, then the stream's events", async () => {
  using seen = await told([[object("a", "1")]]);
  seen.streams[0]!.send("ADDED", object("b", "101"));
  seen.streams[0]!.send("DELETED", object("a", "102"));
  assert.deepEqual(seen.events, ["ADDED a", "ADDED b", "DELETED a"]);
});

Deno.test("a stream that ends continues where it ended", async () => {
  using seen = await told([[]]);
  seen.streams[0]!.send("ADDED", object("a", "105"));
  seen.streams[0]!.end();
  await until(() => seen.streams.length > 1);
  assert.equal(seen.streams[1]?.from, "105");
});

Deno.test("a silent stream is given up, and continues where it was", async () => {
  using seen = await told([[]], { ...usual, longestStream: 15 });
  await until(() => seen.streams.length > 1);
  assert.ok(seen.streams.length > 1);
  assert.equal(seen.streams[1]?.from, "100");
  assert.deepEqual(seen.errors, []);
});

Deno.test("after a broken stream the list reports the missed changes, and only those", async () => {
  using seen = await told([[object("a", "1"), object("b", "2")], [object("b", "2"), object("c", "3")]]);
  seen.streams[0]!.fail(new Error("connection reset"));
  await until(() => seen.events.length >= 4);
  assert.deepEqual(seen.events, ["ADDED a", "ADDED b", "DELETED a", "ADDED c"]);
  assert.deepEqual(seen.errors, ["connection reset"]);
});

Deno.test("an expired version starts with a new list", async () => {
  using seen = await told([[object("a", "1")], [object("a", "7")]]);
  seen.streams[0]!.send("ERROR", { code: 410 } as never);
  seen.streams[0]!.end();
  await until(() => seen.events.length >= 2);
  assert.deepEqual(seen.events, ["ADDED a", "MODIFIED a"]);
});

Deno.test("a list that fails is retried until it succeeds", async () => {
  using seen = await told([new Error("storage is (re)initializing"), new Error("again"), [object("a", "1")]]);
  await until(() => seen.events.length > 0);
  assert.deepEqual(seen.errors, ["storage is (re)initializing", "again"]);
  assert.deepEqual(seen.events, ["ADDED a"]);
});

Deno.test("no request is sent after the end", async () => {
  const seen = await told([[]]);
  seen[Symbol.dispose]();
  await settled();
  assert.equal(seen.streams.length, 1);
});
