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
    ...[1, 2, 3, 4].map((one) => `127.0.0.1:${port + one}`),
    "/etc/resolv.conf",
    "172.28.0.2",
  ]);
  assert.deepEqual(forwards(blocks.get(`cluster.local:${port}`)), ["172.28.0.2"]);
  assert.deepEqual(forwards(blocks.get(`.:${port + 1}`)), ["/etc/resolv.conf"]);
  const searches = [2, 3, 4].map((one) => blocks.get(`.:${port + one}`)?.match(/suffix \. (\S+)/)?.[1]);
  assert.deepEqual(searches, [".shop.svc.cluster.local.", ".svc.cluster.local.", ".cluster.local."]);
});

Deno.test("a neighbour's name is one word", () => {
  const [, pattern = ""] = blocks.get(`.:${port + 1}`)?.match(/match (\S+)/) ?? [];
  const refused = ["web.shop.", "a.b.c.", "1.0.0.10.in-addr.arpa."];
  for (const name of refused) assert.match(name, new RegExp(pattern));
  for (const name of ["web.", "my-web_1.", "."]) assert.doesNotMatch(name, new RegExp(pattern));
});

Deno.test("the resolver listens on loopback only", () => {
  for (const [name, text] of blocks) assert.match(text, /\n {4}bind 127\.0\.0\.1\n/, name);
  assert.equal(blocks.size, 6);
});
