import assert from "node:assert/strict";
import type { BridgePort, GefyraBridge } from "../api/bridge.ts";
import type { AppContainer } from "./container.ts";
import { appProblems, bridgeProblems, type PortStates, portsToAsk } from "./problems.ts";

const tcp = (local: number): BridgePort => ({ remote: 80, local, protocol: "TCP" });
const udp = (local: number): BridgePort => ({ remote: 53, local, protocol: "UDP" });
const bridge = (ports: BridgePort[] = [tcp(8000)]) =>
  ({
    metadata: { name: "web" },
    spec: { ports, destination: { name: "app", address: "198.18.3.10" } },
  }) as unknown as GefyraBridge;
const app = (more: Partial<AppContainer> = {}): AppContainer => ({
  ...{ name: "app", image: "i", namespace: "n", state: "running", status: "Up 2 minutes" },
  address: "172.28.4.10",
  ...more,
});
const stopped = (state: string, more: Partial<AppContainer> = {}) => {
  const { address: _, ...rest } = app({ state, ...more });
  return rest;
};
const other = app({ name: "other", address: "172.28.4.11" });
const at = "172.28.4.10:8000";

Deno.test("the problems of a bridge on this machine", () => {
  const squatter = { ...other, address: "172.28.4.10" };
  const table: [string, AppContainer[], PortStates, [RegExp, RegExp][]][] = [
    ["all is well", [other, app()], { [at]: "open" }, []],
    ["it could not be asked", [app()], {}, []],
    ["gone", [other], {}, [[/^app "app" is gone$/, /gefyra run --name app.*unbridge --name web/]]],
    ["nothing runs at all", [], {}, [[/^app "app" is gone$/, /./]]],
    ["gone, and another has the address", [squatter], {}, [[
      /gone: app "other" has its address and gets/,
      /./,
    ]]],
    ["stopped", [stopped("exited")], {}, [[/^app "app" is exited$/, /^gefyra start app$/]]],
    ["never started", [stopped("created")], {}, [[/is created/, /gefyra start/]]],
    ["stopped, and not Gefyra's", [stopped("exited", { attached: {} })], {}, [[
      /exited/,
      /^docker start app$/,
    ]]],
    ["attached, and removed", [stopped("removed", { attached: { lost: "it is gone" } })], {}, [[
      /^app "app" is removed$/,
      /^start it again, and `gefyra attach app`$/,
    ]]],
    ["attached, and restarted", [app({ attached: { lost: "it was restarted" } })], { [at]: "silent" }, [[
      /^app "app" is attached and does not reach the cluster: it was restarted$/,
      /gefyra attach app/,
    ]]],
    ["attached", [app({ attached: {} })], { [at]: "open" }, []],
    ["paused", [app({ state: "paused" })], {}, [[/is paused/, /^docker unpause app$/]]],
    ["stopped, and another has the address", [stopped("exited"), squatter], {}, [[
      /exited: app "other"/,
      /./,
    ]]],
    ["another address", [app({ address: "172.28.4.12" })], {}, [[
      /another address than the bridge$/,
      /unbridge/,
    ]]],
    ["out of the network", [stopped("running")], {}, [[/left the connection's network/, /unbridge/]]],
    ["nobody listens", [app()], { [at]: "refused" }, [[/^app:8000 refuses .*127\.0\.0\.1/, /0\.0\.0\.0/]]],
    ["no answer", [app()], { [at]: "silent" }, [[/^app:8000 does not answer$/, /docker logs app/]]],
    [
      "it sends elsewhere, which is why nothing answers",
      [app({ strayGateway: "0-a" })],
      { [at]: "silent" },
      [[/through Docker network "0-a"/, /^docker network disconnect 0-a app$/]],
    ],
  ];
  for (const [what, apps, states, expected] of table) {
    const found = bridgeProblems(bridge(), apps, states);
    assert.equal(found.length, expected.length, `${what}: ${JSON.stringify(found)}`);
    expected.forEach(([message, remedy], i) => {
      assert.match(found[i]!.message, message, what);
      assert.match(found[i]!.remedy, remedy, what);
    });
  }
});

Deno.test("each port is checked separately", () => {
  const states: PortStates = {
    "172.28.4.10:1": "open",
    "172.28.4.10:2": "refused",
    "172.28.4.10:3": "silent",
  };
  const found = bridgeProblems(bridge([tcp(1), tcp(2), tcp(3), udp(4)]), [app()], states);
  assert.deepEqual(found.map(({ message }) => message.split(" ")[0]), ["app:2", "app:3"]);
});

Deno.test("only TCP ports of a running app at the bridge's address are checked", () => {
  const destination = "198.18.3.10";
  assert.deepEqual(portsToAsk(bridge([tcp(8000), udp(53), tcp(9)]), [other, app()]), [
    { port: at, destination },
    { port: "172.28.4.10:9", destination },
  ]);
  for (
    const apps of [[], [other], [stopped("exited")], [app({ state: "paused" })], [
      app({ address: "172.28.4.12" }),
    ]]
  ) {
    assert.deepEqual(portsToAsk(bridge(), apps), [], JSON.stringify(apps));
  }
});

Deno.test("an app without a bridge may have a problem too", () => {
  assert.deepEqual(appProblems(app()), []);
  assert.match(appProblems(app({ strayGateway: "0-a" }))[0]!.message, /does not reach the cluster/);
});

Deno.test("a bridge with an invalid address belongs to no app", () => {
  const odd = bridge();
  odd.spec.destination.address = "198.18.1.999";
  assert.deepEqual(portsToAsk(odd, [app()]), []);
  assert.match(bridgeProblems(odd, [app()], {})[0]!.message, /another address/);
});
