import assert from "node:assert/strict";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { tellCarrier } from "./carriers.ts";

const carrierOf = (uid: string, id?: string) => ({ uid, id });
const target = { namespace: "shop", pod: "web-1", container: "gefyra-carrier" };
const files = (nginx: string) => ({ "nginx.conf": nginx, "nftables.conf": "" });

function carrier(exitCode = () => 0) {
  let asked = 0;
  const exec = () => {
    asked++;
    return Promise.resolve({ exitCode: exitCode(), stdout: "", stderr: "" });
  };
  return { cluster: { exec } as Partial<Cluster> as Cluster, asked: () => asked };
}

Deno.test("a Carrier is told what it does not know, and nothing twice", async () => {
  const { cluster, asked } = carrier();
  assert.equal(await tellCarrier(cluster, target, carrierOf("news", "a"), files("one")), true);
  assert.equal(await tellCarrier(cluster, target, carrierOf("news", "a"), files("one")), false);
  assert.equal(await tellCarrier(cluster, target, carrierOf("news", "a"), files("two")), true);
  assert.equal(await tellCarrier(cluster, target, carrierOf("news", "a"), files("one")), true);
  assert.equal(asked(), 3);
});

Deno.test("a container that started again knows nothing", async () => {
  const { cluster, asked } = carrier();
  await tellCarrier(cluster, target, carrierOf("again", "a"), files("one"));
  await tellCarrier(cluster, target, carrierOf("again", "b"), files("one"));
  assert.equal(asked(), 2);
});

Deno.test("after a refusal it is told again, also what it knew before", async () => {
  let exitCode = 0;
  const { cluster, asked } = carrier(() => exitCode);
  await tellCarrier(cluster, target, carrierOf("refuses", "a"), files("one"));
  exitCode = 1;
  await assert.rejects(tellCarrier(cluster, target, carrierOf("refuses", "a"), files("two")), {
    id: "carrier-refused",
  });
  exitCode = 0;
  assert.equal(await tellCarrier(cluster, target, carrierOf("refuses", "a"), files("one")), true);
  assert.equal(asked(), 3);
});

Deno.test("one that was told before its id was known is not told the same again, but its successor is", async () => {
  const { cluster, asked } = carrier();
  assert.equal(await tellCarrier(cluster, target, carrierOf("early"), files("one")), true);
  assert.equal(await tellCarrier(cluster, target, carrierOf("early", "a"), files("one")), false);
  assert.equal(await tellCarrier(cluster, target, carrierOf("early"), files("one")), false);
  assert.equal(await tellCarrier(cluster, target, carrierOf("early", "b"), files("one")), true);
  assert.equal(asked(), 2);
});
