import assert from "node:assert/strict";
import { cargoNftables } from "./cargo-nftables.ts";
import { policyOf, rules } from "./nftables-fixture.ts";
import { stowawayNftables } from "./stowaway-nftables.ts";

const rulesets = [
  cargoNftables("198.18.1.0/24", "172.28.4.0/24"),
  cargoNftables("198.18.1.0/24", "172.28.4.0/24", { local: true }),
  stowawayNftables([]),
  stowawayNftables([
    { port: 10000, address: "198.18.1.10", local: 8000, protocol: "TCP", from: ["10.1.0.5"] },
  ]),
];

Deno.test("a ruleset replaces its own table and touches no other", () => {
  for (const ruleset of rulesets) {
    const [first, second, third] = ruleset.split("\n");
    assert.deepEqual([first, second, third], [
      "table ip gefyra",
      "delete table ip gefyra",
      "table ip gefyra {",
    ]);
    assert.doesNotMatch(ruleset, /flush ruleset/);
    assert.equal(ruleset.split("{").length, ruleset.split("}").length);
  }
});

Deno.test("both ends make TCP segments fit the tunnel", () => {
  for (const ruleset of rulesets) {
    const [clamp] = rules(ruleset, "forward");
    assert.equal(clamp, 'oifname "wg0" tcp flags syn / syn,rst tcp option maxseg size set rt mtu');
  }
});

Deno.test("both ends drop what no rule accepts, and connections that are open stay open", () => {
  for (const ruleset of rulesets) {
    for (const hook of ["forward", "input"]) {
      assert.equal(policyOf(ruleset, hook), "drop");
      assert.ok(rules(ruleset, hook).includes("ct state established,related accept"));
    }
  }
});
