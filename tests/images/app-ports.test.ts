/** The question that `bridge`, `list`, `status` and `doctor` ask of app containers, put to real ones. */
import assert from "node:assert/strict";
import { askPorts } from "../../lib/app/ports.ts";
import type { Connection } from "../../lib/connection/connection.ts";
import { connectEngine } from "../../lib/docker/dockerode.ts";
import { imageOf } from "../../lib/images.ts";
import { hostIn, hosts } from "../../lib/config/addresses.ts";
import { docker, eventually, exec, sandbox } from "../docker.ts";

const TUNNEL = "198.18.9.0/24";
/** Listens on the addresses that it is given, each with its port, and takes nothing. */
const listen = `use IO::Socket::INET;
my @all = map { IO::Socket::INET->new(LocalAddr => $_, Listen => 5, ReuseAddr => 1) or die "$_: $!" } @ARGV; sleep 300`;

Deno.test("what a port of an app answers to whoever comes through the tunnel", async (t) => {
  await using box = sandbox();
  const subnet = `10.216.${Math.floor(Math.random() * 250)}.0/24`;
  const gateway = hostIn(subnet, hosts.gateway);
  const network = await box.network("1", [
    ...["--subnet", subnet],
    ...["--aux-address", `DefaultGatewayIPv4=${gateway}`],
  ]);
  const at = (host: number) => ["--network", network, "--ip", hostIn(subnet, host)];
  const app = (name: string, host: number, ...addresses: string[]) =>
    box.run(name, [...at(host), "--init"], "debian:trixie-slim", ["perl", "-e", listen, ...addresses]);
  const [cargo, , stray] = await Promise.all([
    box.run(
      "cargo",
      [...at(hosts.cargo), "--cap-add", "NET_ADMIN", "--entrypoint", "sleep"],
      imageOf("cargo"),
      [
        "300",
      ],
    ),
    app("app", 10, "0.0.0.0:8000", "127.0.0.1:8001"),
    app("stray", 11, "0.0.0.0:8000"),
  ]);
  await exec(cargo, "ip", "address", "add", `${gateway}/24`, "dev", "eth0");
  await exec(cargo, "ip", "address", "add", `${hostIn(TUNNEL, hosts.cargo)}/32`, "dev", "lo");
  const real = connectEngine();
  const engine = { ...real, exec: (_: string, command: string[]) => real.exec(cargo, command) };
  const ask = async (ports: string[], destination = hostIn(TUNNEL, 10)) => {
    const start = performance.now();
    const asked = ports.map((port) => hostIn(subnet, Number(port.split(":")[0])) + port.replace(/^\d+/, ""));
    const states = await askPorts(
      engine,
      { name: "any" } as Connection,
      asked.map((port) => ({ port, destination })),
    );
    return { states: asked.map((port) => states[port]), took: performance.now() - start };
  };

  await t.step("open, refused, for 127.0.0.1 only, and no container there: all at once", async () => {
    await eventually(async () => {
      const { states } = await ask(["10:8000", "10:8001", "10:8002", "12:8000"]);
      assert.deepEqual(states, ["open", "refused", "refused", "silent"]);
    });
  });

  await t.step(
    "an app whose default gateway lies in another network is silent, though it listens",
    async () => {
      assert.deepEqual((await ask(["11:8000"])).states, ["open"]);
      const other = await box.network("0", []);
      await docker(["network", "connect", other, stray]);
      const { states, took } = await ask(["11:8000", "10:8000"]);
      assert.deepEqual(states, ["silent", "open"]);
      assert.ok(took < 3_000, `${took} ms`);
      await docker(["network", "disconnect", other, stray]);
      assert.deepEqual((await ask(["11:8000"])).states, ["open"]);
    },
  );

  await t.step(
    "a bridge that names an address of somebody else, or none, says nothing of the port",
    async () => {
      for (const address of ["198.18.77.10", "198.18.1.999", "x"]) {
        assert.deepEqual((await ask(["10:8000"], address)).states, [undefined], address);
      }
    },
  );

  await t.step("where Cargo does not run nothing is said", async () => {
    await docker(["kill", cargo]);
    assert.deepEqual((await ask(["10:8000"])).states, [undefined]);
  });
});
