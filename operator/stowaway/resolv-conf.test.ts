import assert from "node:assert/strict";
import { parseResolvConf } from "./resolv-conf.ts";

Deno.test("the resolver and the domain are read from what the kubelet writes", () => {
  const text =
    "search gefyra.svc.my.domain svc.my.domain my.domain lan\nnameserver 10.96.0.10\noptions ndots:5\n";
  assert.deepEqual(parseResolvConf(text), { server: "10.96.0.10", domain: "my.domain" });
});

Deno.test("without a search list the usual domain is taken", () => {
  assert.deepEqual(parseResolvConf("nameserver 10.0.0.2\n"), { server: "10.0.0.2", domain: "cluster.local" });
});

Deno.test("of a dual-stack cluster's resolvers the one with IPv4 is taken", () => {
  const text = "nameserver fd00::a\nnameserver 10.96.0.10\nsearch a.svc.x svc.x x\n";
  assert.deepEqual(parseResolvConf(text), { server: "10.96.0.10", domain: "x" });
});
