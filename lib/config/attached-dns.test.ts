import assert from "node:assert/strict";
import { contract } from "../contract.ts";
import { attachedCorefile } from "./attached-dns.ts";

const { attachedDns: port } = contract.ports;
const corefile = attachedCorefile({ namespace: "shop", domain: "cluster.local", cargo: "172.28.0.2" });
/** The blocks by zone and port. */
const blocks = new Map(
  corefile.split(/^}\n/m).filter(Boolean).map((text) => [text.slice(0, text.indexOf(" ")), text]),
);
const forwards = (text = "") => [...text.matchAll(/forward \. (\S+)/g)].map(([, to]) => to);

Deno.test("a name is looked for among the neighbours, then as a pod of the namespace does, then as it is", () => {
  assert.deepEqual(forwards(blocks.get(`.:${port}`)), [
    ...[1, 2, 3, 4, 5].map((one) => `127.0.0.1:${port + one}`),
    "172.28.0.2",
  ]);
  assert.deepEqual(forwards(blocks.get(`cluster.local:${port}`)), ["172.28.0.2"]);
  for (const own of [1, 5]) assert.deepEqual(forwards(blocks.get(`.:${port + own}`)), ["/etc/resolv.conf"]);
  const searches = [2, 3, 4].map((one) => blocks.get(`.:${port + one}`)?.match(/suffix \. (\S+)/)?.[1]);
  assert.deepEqual(searches, [".shop.svc.cluster.local.", ".svc.cluster.local.", ".cluster.local."]);
});

Deno.test("a neighbour's name is one word", () => {
  const [, pattern = ""] = blocks.get(`.:${port + 1}`)?.match(/match (\S+)/) ?? [];
  const refused = ["web.shop.", "a.b.c.", "1.0.0.10.in-addr.arpa."];
  for (const name of refused) assert.match(name, new RegExp(pattern));
  for (const name of ["web.", "my-web_1.", "."]) assert.doesNotMatch(name, new RegExp(pattern));
});

Deno.test("whoever is asked for a part has given up before it is no longer waited for", () => {
  const seconds = (text = "") =>
    [...text.matchAll(/read_timeout (\d+)(m?)s/g)].map(([, number, milli]) =>
      Number(number) / (milli ? 1000 : 1)
    );
  const patience = Math.min(...seconds(blocks.get(`.:${port}`)?.split("forward . 172")[0]));
  for (const part of [1, 2, 3, 4, 5]) {
    const text = blocks.get(`.:${port + part}`) ?? "";
    const attempts = Number(text.match(/max_connect_attempts (\d)/)?.[1]);
    const [timeout = NaN] = seconds(text);
    assert.ok(timeout * attempts < patience, text);
  }
});

Deno.test("the resolver listens on loopback only", () => {
  for (const [name, text] of blocks) assert.match(text, /\n {4}bind 127\.0\.0\.1\n/, name);
  assert.equal(blocks.size, 7);
});
