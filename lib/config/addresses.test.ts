import assert from "node:assert/strict";
import {
  appRange,
  checkDockerSubnet,
  contains,
  hostIn,
  isAppAddress,
  overlaps,
  pickDockerSubnet,
  pickTunnelSubnet,
  translate,
} from "./addresses.ts";

Deno.test("ranges overlap when one contains the other", () => {
  const table: [string, string, boolean][] = [
    ["10.0.0.0/8", "10.96.0.0/16", true],
    ["10.96.0.0/16", "10.0.0.0/8", true],
    ["172.28.0.0/24", "172.28.1.0/24", false],
    ["172.28.0.0/24", "172.28.0.128/25", true],
    ["0.0.0.0/0", "192.168.3.0/24", true],
  ];
  for (const [a, b, expected] of table) assert.equal(overlaps(a, b), expected, `${a} ${b}`);
});

Deno.test("the Docker subnet avoids all used ranges", () => {
  assert.equal(pickDockerSubnet([]), "172.28.0.0/24");
  assert.equal(pickDockerSubnet(["172.28.0.0/23"]), "172.28.2.0/24");
  assert.equal(pickDockerSubnet(["172.16.0.0/12"]), "10.213.0.0/24");
  assert.equal(pickDockerSubnet(["172.16.0.0/12", "10.0.0.0/8"]), "192.168.0.0/24");
  assert.equal(pickDockerSubnet(["172.16.0.0/12", "10.0.0.0/8", "192.168.0.0/16"]), "100.125.0.0/24");
  assert.throws(() => pickDockerSubnet(["0.0.0.0/0"]), { id: "no-subnet" });
});

Deno.test("tunnel subnets are assigned in order, over the whole pool", () => {
  assert.equal(pickTunnelSubnet([]), "198.18.1.0/24");
  assert.equal(pickTunnelSubnet(["198.18.1.0/24", "198.18.3.0/24"]), "198.18.2.0/24");
  const all: string[] = [];
  for (let i = 0; i < 511; i++) all.push(pickTunnelSubnet(all));
  assert.equal(all.at(-1), "198.19.255.0/24");
  assert.throws(() => pickTunnelSubnet(all), { id: "tunnel-full" });
});

Deno.test("an app has the same host number on both sides", () => {
  assert.equal(hostIn("172.28.4.0/24", 10), "172.28.4.10");
  assert.equal(translate("172.28.4.12", "198.18.3.0/24"), "198.18.3.12");
  assert.ok(contains("198.18.3.0/24", "198.18.3.12"));
  assert.ok(!contains("198.18.3.0/24", "198.18.4.12"));
  assert.ok(!contains("198.18.3.0/24", "not an address"));
});

Deno.test("an unusable requested subnet is refused with the reason", () => {
  const taken = [{ range: "10.96.0.0/16", owner: "the cluster's services" }];
  assert.equal(checkDockerSubnet("172.28.7.0/24", taken), "172.28.7.0/24");
  const table: [string, RegExp][] = [
    ["10.96.3.0/24", /overlaps 10\.96\.0\.0\/16, which belongs to the cluster's services/],
    ["198.18.5.0/24", /overlaps 198\.18\.0\.0\/15, which belongs to Gefyra's tunnel/],
    ["172.28.7.0/16", /whole \/24/],
    ["172.28.7.9/24", /whole \/24/],
    ["fd00::/64", /not an IPv4 range/],
    ["$(id)", /not an IPv4 range/],
  ];
  for (const [subnet, message] of table) {
    assert.throws(() => checkDockerSubnet(subnet, taken), { id: "subnet-unusable", message }, subnet);
  }
});

Deno.test("a bridge may lead to apps only, whose addresses are .10 to .254 of their own subnet, in one notation", () => {
  const subnet = "198.18.1.0/24";
  for (const host of [10, 191, 192, 254]) assert.ok(isAppAddress(subnet, hostIn(subnet, host)), `${host}`);
  const others = ["198.18.1.0", "198.18.1.1", "198.18.1.2", "198.18.1.3", "198.18.1.9", "198.18.1.255"];
  const foreign = ["198.18.2.10", "198.18.0.1", "10.0.0.10", "127.0.0.1", "198.18.1.999"];
  const odd = ["198.18.1.012", "0xc612010a", "198.18.266", "198.18.1.10/32", "::ffff:198.18.1.10", "", "x"];
  for (const address of [...others, ...foreign, ...odd]) assert.ok(!isAppAddress(subnet, address), address);
  assert.equal(appRange("172.28.4.0/24"), "172.28.4.10-172.28.4.254");
});
