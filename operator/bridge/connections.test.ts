import assert from "node:assert/strict";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { createState } from "../runtime/state.ts";
import { createFollowing } from "./connections.ts";
import { recordOf } from "./fixture.ts";

const target = { namespace: "shop", pod: "web", container: "gefyra-carrier" };
const record = recordOf("web", {
  mode: "beside",
  ports: [{ remote: 80, port: 80, protocol: "TCP", path: "kernel" }],
});

/** An operator whose Carrier says these, one after the other; `undefined`: it does not answer. */
function operator(...says: (Record<string, number>[] | undefined)[]) {
  let time = 1_000, asked = 0;
  const exec = () => {
    const connections = says[asked++];
    const [exitCode, stdout] = connections ? [0, JSON.stringify({ connections })] : [1, ""];
    return Promise.resolve({ exitCode, stdout, stderr: "it ended" });
  };
  const cluster = { exec } as Partial<Cluster> as Cluster;
  const following = createFollowing({ cluster, log: () => {} }, createState(), () => time);
  return {
    ...following,
    asked: () => asked,
    /** After so long. */
    check: async (ms: number, known = record) => {
      time += ms;
      const { connections, requeueAt } = await following.check(target, known);
      return [connections, requeueAt && requeueAt - time];
    },
  };
}

const port = (name: string, moved: number, cut: number, open: number) =>
  ({ port: name, moved, cut, open }) as unknown as Record<string, number>;

Deno.test("a Carrier is asked until no connection is left to follow", async () => {
  const { begin, check, asked } = operator([port("80-tcp", 2, 0, 1)], [port("80-tcp", 2, 1, 0)]);
  begin(record.uid, 3);
  assert.deepEqual(await check(0), [{ moved: 0, cut: 0, open: 3 }, 150]);
  assert.deepEqual(await check(150), [{ moved: 2, cut: 0, open: 1 }, 300]);
  assert.deepEqual(await check(300), [{ moved: 2, cut: 1, open: 0 }, undefined]);
  const connections = { moved: 2, cut: 1, open: 0 };
  assert.deepEqual(await check(9_000, { ...record, connections }), [connections, undefined]);
  assert.equal(asked(), 2);
});

Deno.test("without open connections no Carrier is asked", async () => {
  const { begin, check, asked } = operator();
  begin(record.uid, 0);
  assert.deepEqual(await check(1_000), [undefined, undefined]);
  assert.equal(asked(), 0);
});

Deno.test("ports of other bridges do not count, but are waited for", async () => {
  const { begin, check } = operator([port("80-tcp", 1, 0, 0), port("81-tcp", 5, 0, 2)]);
  begin(record.uid, 8);
  assert.deepEqual(await check(150), [{ moved: 1, cut: 0, open: 0 }, 300]);
});

Deno.test("each bridge of a pod hears of the end, whichever asks first", async () => {
  const end = [port("80-tcp", 1, 0, 0), port("81-tcp", 2, 0, 0)];
  const { begin, check } = operator(end, end);
  const ports = [{ remote: 81, port: 81, protocol: "TCP" as const, path: "kernel" as const }];
  const other = { ...record, ports, connections: { moved: 0, cut: 0, open: 2 } };
  begin(record.uid, 3);
  assert.deepEqual(await check(150), [{ moved: 1, cut: 0, open: 0 }, undefined]);
  begin(record.uid, 0);
  assert.deepEqual(await check(300, other), [{ moved: 2, cut: 0, open: 0 }, undefined]);
});

Deno.test("a configuration that moves nothing does not end the waiting for one before", async () => {
  const { begin, check } = operator([port("80-tcp", 1, 0, 0)]);
  begin(record.uid, 1);
  begin(record.uid, 0);
  assert.deepEqual(await check(150), [{ moved: 1, cut: 0, open: 0 }, undefined]);
});

Deno.test("an operator that has just started goes on asking", async () => {
  const { check } = operator([port("80-tcp", 1, 1, 0)]);
  const known = { ...record, connections: { moved: 1, cut: 0, open: 1 } };
  assert.deepEqual(await check(0, known), [{ moved: 1, cut: 1, open: 0 }, undefined]);
});

Deno.test("a Carrier that does not answer is asked again, later each time", async () => {
  const { begin, check } = operator(undefined, undefined, [port("80-tcp", 1, 0, 0)]);
  begin(record.uid, 1);
  assert.deepEqual(await check(150), [undefined, 300]);
  assert.deepEqual(await check(300), [undefined, 600]);
  assert.deepEqual(await check(600), [{ moved: 1, cut: 0, open: 0 }, undefined]);
});
