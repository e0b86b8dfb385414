import assert from "node:assert/strict";
import { externalName, judgeNames, judgeSilence, parseLookups } from "./dns.ts";
import { assertJudged } from "./assert-judged.ts";

Deno.test("names: inside, outside, and the cause of a missing answer", () => {
  const [inside, outside] = parseLookups("kubernetes.default 3 10.96.0.1\nexample.com. 3000 \n");
  assert.deepEqual(inside, { name: "kubernetes.default", milliseconds: 3, address: "10.96.0.1" });
  assertJudged(judgeNames(inside!, outside!), [
    "attention",
    /^kubernetes.default is 10.96.0.1 .* example.com/,
    /forward/,
  ]);
  assertJudged(judgeNames(inside!, { ...outside!, address: "1.2.3.4" }), ["ok", /example.com is 1.2.3.4/]);
  assertJudged([judgeSilence(inside!, "10.96.0.10", false, "c")], [
    "broken",
    /10.96.0.10 does not accept/,
    /kube-dns/,
  ]);
  assertJudged([judgeSilence(inside!, "10.96.0.10", true, "c")], ["broken", /accepts/, /docker logs c/]);
  assert.equal(externalName(new URL("https://127.0.0.1:6443")), "example.com");
  assert.equal(externalName(new URL("https://localhost:6443")), "example.com");
  assert.equal(externalName(new URL("https://k8s.my.org:6443")), "k8s.my.org");
});
