import assert from "node:assert/strict";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { createState } from "../runtime/state.ts";
import { createCarriers } from "./carriers.ts";

const target = { namespace: "shop", pod: "web-1", container: "gefyra-carrier" };
const files = (nginx: string) => () => ({ "nginx.conf": nginx, "nftables.conf": "" });
const carrier = (id?: string) => ({ uid: "pod", id });

function fakeCarriers(exitCode = () => 0) {
  let calls = 0;
  const exec = () => {
    calls++;
    return Promise.resolve({ exitCode: exitCode(), stdout: "", stderr: "" });
  };
  const state = createState();
  const carriers = createCarriers({ cluster: { exec } as Partial<Cluster> as Cluster }, state);
  return { carriers, state, calls: () => calls };
}

Deno.test("a Carrier gets each configuration that it does not have, and none twice", async () => {
  const { carriers, calls } = fakeCarriers();
  assert.equal(await carriers.configure(target, carrier("a"), files("one")), true);
  assert.equal(await carriers.configure(target, carrier("a"), files("one")), false);
  assert.equal(await carriers.configure(target, carrier("a"), files("two")), true);
  assert.equal(await carriers.configure(target, carrier("a"), files("one")), true);
  assert.equal(calls(), 3);
});

Deno.test("a restarted container has no configuration", async () => {
  const { carriers, calls } = fakeCarriers();
  await carriers.configure(target, carrier("a"), files("one"));
  await carriers.configure(target, carrier("b"), files("one"));
  assert.equal(calls(), 2);
});

Deno.test("each container of a pod has a configuration of its own", async () => {
  const { carriers, calls } = fakeCarriers();
  await carriers.configure(target, carrier("a"), files("one"));
  const web = { ...target, container: "web" };
  await carriers.configure(web, carrier("b"), files("two"));
  assert.equal(await carriers.configure(target, carrier("a"), files("one")), false);
  assert.equal(await carriers.configure(web, carrier("b"), files("two")), false);
  assert.equal(calls(), 2);
});

Deno.test("after a refusal it is configured again, also with what it had before", async () => {
  let exitCode = 0;
  const { carriers, calls } = fakeCarriers(() => exitCode);
  await carriers.configure(target, carrier("a"), files("one"));
  exitCode = 1;
  await assert.rejects(carriers.configure(target, carrier("a"), files("two")), { id: "carrier-refused" });
  exitCode = 0;
  assert.equal(await carriers.configure(target, carrier("a"), files("one")), true);
  assert.equal(calls(), 3);
});

Deno.test("a Carrier configured before its id is known is not configured again, but the next container is", async () => {
  const { carriers, calls } = fakeCarriers();
  assert.equal(await carriers.configure(target, carrier(), files("one")), true);
  assert.equal(await carriers.configure(target, carrier("a"), files("one")), false);
  assert.equal(await carriers.configure(target, carrier(), files("one")), false);
  assert.equal(await carriers.configure(target, carrier("b"), files("one")), true);
  assert.equal(calls(), 2);
});

Deno.test("what a Carrier has is forgotten with its pod", async () => {
  const { carriers, state } = fakeCarriers();
  await carriers.configure(target, carrier("a"), files("one"));
  state.prune((uid) => uid !== "pod");
  assert.equal(await carriers.configure(target, carrier("a"), files("one")), true);
});
