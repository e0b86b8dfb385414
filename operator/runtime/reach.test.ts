import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { GefyraError } from "../../lib/errors.ts";
import type { ExecResult } from "../../lib/kube/cluster.ts";
import { createReach, type KnownPod } from "./reach.ts";
import { createState } from "./state.ts";

const fine: ExecResult = { exitCode: 0, stdout: "", stderr: "" };
const pods: Record<string, KnownPod> = {
  "shop/web": { uid: "1", version: "1", node: "w1" },
  "shop/db": { uid: "2", version: "1", node: "w1" },
  "other/web": { uid: "3", version: "1", node: "w1" },
};

/** Commands in pods that answer as `behave` says; `asked` names each pod that one was sent to. */
function reachWith(behave: (pod: string) => Promise<ExecResult>) {
  const asked: string[] = [], state = createState();
  const exec = ({ namespace, pod }: { namespace: string; pod: string }) => {
    asked.push(`${namespace}/${pod}`);
    return behave(`${namespace}/${pod}`);
  };
  const reach = createReach({ exec }, ({ namespace, name }) => pods[`${namespace}/${name}`], state);
  const run = (pod: string) => {
    const [namespace = "", name = ""] = pod.split("/");
    return reach.exec({ namespace, pod: name, container: "c" }, ["true"]);
  };
  return { asked, reach, run, state };
}

const timedOut = () =>
  Promise.reject(new GefyraError("unreachable-pod", "Cannot run true: no answer after 10 s"));

Deno.test("a pod that does not answer is named with its node, and is not asked again at once", async () => {
  const { asked, reach, run } = reachWith((pod) => pod === "shop/web" ? timedOut() : Promise.resolve(fine));
  const message = 'Cannot reach pod "shop/web" on node "w1": no answer after 10 s';
  await assert.rejects(run("shop/web"), { id: "unreachable-pod", message });
  await assert.rejects(run("shop/web"), { id: "unreachable-pod", message });
  assert.equal(await run("shop/db"), fine);
  assert.deepEqual(asked, ["shop/web", "shop/db"]);
  assert.ok(reach.remaining({ namespace: "shop", name: "web" }) > 500);
  assert.equal(reach.remaining({ namespace: "shop", name: "db" }), 0);
});

Deno.test("another pod of the same name is asked at once", async () => {
  const { asked, run, state } = reachWith(timedOut);
  await assert.rejects(run("shop/web"));
  const before = pods["shop/web"]!;
  try {
    pods["shop/web"] = { uid: "9", version: "1", node: "w2" };
    state.prune((uid) => uid === "9");
    await assert.rejects(run("shop/web"), { message: /node "w2"/ });
  } finally {
    pods["shop/web"] = before;
  }
  assert.equal(asked.length, 2);
});

Deno.test("the pods of one namespace on one node hold few commands, and do not hold up another namespace", async () => {
  const hung = Promise.withResolvers<ExecResult>();
  const { run } = reachWith((pod) => pod.startsWith("shop/") ? hung.promise : Promise.resolve(fine));
  const running = Array.from({ length: 8 }, () => run("shop/web"));
  await assert.rejects(run("shop/db"), { id: "busy-node" });
  assert.equal(await run("other/web"), fine);
  hung.resolve(fine);
  await Promise.all(running);
  await delay(0);
  assert.equal(await run("shop/db"), fine);
});

Deno.test("a pod that is not known is not limited", async () => {
  const { asked, run } = reachWith(timedOut);
  await assert.rejects(run("gefyra/stowaway"), { message: /^Cannot run true/ });
  await assert.rejects(run("gefyra/stowaway"), { message: /^Cannot run true/ });
  assert.equal(asked.length, 2);
});

Deno.test("a pod that changes is asked at once, since its node may have come back", async () => {
  const { asked, reach, run } = reachWith(timedOut);
  const before = pods["shop/web"]!, name = { namespace: "shop", name: "web" };
  await assert.rejects(run("shop/web"));
  assert.match(reach.whyUnreachable(name) ?? "", /no answer/);
  try {
    pods["shop/web"] = { ...before, version: "2" };
    assert.equal(reach.remaining(name), 0);
    await assert.rejects(run("shop/web"));
    await assert.rejects(run("shop/web"));
  } finally {
    pods["shop/web"] = before;
  }
  assert.equal(asked.length, 2);
});
