/** Where somebody else redirects what comes to a pod, Carrier leaves it alone. */
import assert from "node:assert/strict";
import { redirectRules } from "../../lib/config/redirect.ts";
import { imageOf } from "../../lib/images.ts";
import { docker, exec, type Sandbox, sandbox } from "../docker.ts";
import { apply } from "./carrier.ts";

const ADMIN = ["--user", "0", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN"];
const kernel = redirectRules([{ protocol: "TCP", port: 80, to: { address: "10.0.0.9", port: 10000 } }]);
const nginx = redirectRules([{ protocol: "TCP", port: 80, listen: 61080 }]);

/** What istio-init writes, as nft lists it. */
const ISTIO = `table ip nat {
  chain ISTIO_IN_REDIRECT { meta l4proto tcp counter redirect to :15006; }
  chain ISTIO_INBOUND {
    tcp dport { 15008, 15090, 15021, 15020 } counter return
    meta l4proto tcp counter jump ISTIO_IN_REDIRECT
  }
  chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; meta l4proto tcp counter jump ISTIO_INBOUND; }
}`;
/** What stays in the pod, and what only looks as if. */
const HARMLESS = `table ip nat {
  chain DOCKER_OUTPUT { ip daddr 127.0.0.11 tcp dport 53 dnat to 127.0.0.11:33333; }
  chain OUTPUT { type nat hook output priority dstnat; policy accept; jump DOCKER_OUTPUT; }
  chain PREROUTING {
    type nat hook prerouting priority dstnat; policy accept;
    ct status dnat counter accept
    counter accept comment "redirect dnat "
  }
}
table ip6 nat {
  chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; tcp dport 80 redirect to :81; }
}`;

/** A Carrier beside nobody, in a network of its own that has these rules. */
async function podWith(box: Sandbox, name: string, rules: string): Promise<string> {
  const carrier = await box.run(name, ADMIN, imageOf("carrier"));
  await docker(["exec", "--interactive", carrier, "nft", "-f", "-"], new TextEncoder().encode(rules));
  return carrier;
}

Deno.test("a pod whose traffic somebody else redirects is refused, and nothing is changed", async (t) => {
  await using box = sandbox();
  const said = (name: string) =>
    `carrier: nothing changed: the pod already redirects inbound traffic (${name}), as a mesh's proxy does, which mode beside would bypass`;

  await t.step("by nftables, or by iptables on top of them", async () => {
    const carrier = await podWith(box, "istio", ISTIO);
    const before = await exec(carrier, "nft", "list", "ruleset");
    for (const rules of [kernel, nginx]) {
      const { code, stderr } = await apply(carrier, "", rules);
      assert.deepEqual([code, stderr], [4, said("nftables, chain ip nat ISTIO_IN_REDIRECT")]);
    }
    assert.equal(await exec(carrier, "nft", "list", "ruleset"), before);
    // Giving back is never refused.
    assert.equal((await apply(carrier, "", redirectRules([]))).code, 0);
  });

  await t.step("by iptables' older half", async () => {
    const carrier = await box.run("legacy", ADMIN, imageOf("carrier"));
    const iptables = (...args: string[]) =>
      docker([
        ...["run", "--rm", "--network", `container:${carrier}`, "--cap-add", "NET_ADMIN", "--entrypoint"],
        ...["iptables-legacy", imageOf("lab"), "--table", "nat", ...args],
      ]);
    await iptables("--list");
    assert.equal((await apply(carrier, "", nginx)).code, 0, "an empty table is nobody's");
    assert.equal((await apply(carrier, "", redirectRules([]))).code, 0);
    await iptables("--new-chain", "MESH");
    await iptables("--append", "MESH", "--protocol", "tcp", "--jump", "REDIRECT", "--to-ports", "15006");
    assert.equal((await apply(carrier, "", nginx)).code, 0, "a chain that nothing leads to");
    assert.equal((await apply(carrier, "", redirectRules([]))).code, 0);
    await iptables("--append", "PREROUTING", "--protocol", "tcp", "--jump", "MESH");
    const { code, stderr } = await apply(carrier, "", nginx);
    assert.deepEqual([code, stderr], [4, said("iptables, REDIRECT")]);
  });

  await t.step("what does not redirect, or not what comes in, is none", async () => {
    const carrier = await podWith(box, "plain", HARMLESS);
    for (const rules of [kernel, nginx]) {
      const { code, stderr } = await apply(carrier, "", rules);
      assert.equal(code, 0, stderr);
    }
  });
});
