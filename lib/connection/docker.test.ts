import assert from "node:assert/strict";
import { hostIn, hosts, joinRange, overlaps } from "../config/addresses.ts";
import type { Connection } from "./connection.ts";
import { cargoOptions, networkOptions, relayOptions } from "./docker.ts";

const connection: Connection = {
  name: "default",
  network: "gefyra",
  subnet: "172.28.4.0/24",
  client: "laptop-1a2b3c",
  context: "lab",
  kubeconfig: "/k",
  namespace: "bridges",
};
const network = networkOptions(connection);
const cargo = cargoOptions(connection, "gefyra/cargo:1");

Deno.test("Docker gives Cargo's address to every container as its default gateway", () => {
  const [config] = (network.IPAM?.Config ?? []) as unknown as Record<string, unknown>[];
  assert.deepEqual(config, {
    Subnet: "172.28.4.0/24",
    Gateway: "172.28.4.1",
    IPRange: "172.28.4.192/26",
    AuxiliaryAddresses: { DefaultGatewayIPv4: "172.28.4.2" },
  });
  assert.deepEqual(cargo.Env, ["CARGO_GATEWAY=172.28.4.2/24"]);
});

Deno.test("the network is not internal: Docker would ignore the gateway", () => {
  assert.ok(!network.Internal);
});

Deno.test("bridge, gateway, Cargo and the apps have separate addresses", () => {
  const { bridge, gateway, cargo, firstApp, lastApp } = hosts;
  assert.equal(new Set([bridge, gateway, cargo]).size, 3);
  for (const host of [bridge, gateway, cargo]) {
    assert.ok(host < firstApp);
    assert.ok(overlaps(connection.subnet, `${hostIn(connection.subnet, host)}/32`));
  }
  // Those of an app that does not run are not Docker's to give to somebody else.
  for (let host = 0; host <= lastApp; host++) {
    const address = `${hostIn(connection.subnet, host)}/32`;
    assert.ok(!overlaps(joinRange(connection.subnet), address), address);
  }
});

Deno.test("the network's labels store everything about a connection", () => {
  assert.deepEqual(network.Labels, {
    "dev.gefyra.connection": "default",
    "dev.gefyra.role": "network",
    "dev.gefyra.client": "laptop-1a2b3c",
    "dev.gefyra.context": "lab",
    "dev.gefyra.kubeconfig": "/k",
    "dev.gefyra.namespace": "bridges",
  });
});

Deno.test("Cargo has a fixed address and is restarted with Docker", () => {
  assert.deepEqual(cargo.NetworkingConfig?.EndpointsConfig, {
    gefyra: { IPAMConfig: { IPv4Address: "172.28.4.3" } },
  });
  assert.deepEqual(cargo.HostConfig?.RestartPolicy, { Name: "unless-stopped" });
});

Deno.test("Cargo has NET_ADMIN and nothing more", () => {
  const { CapAdd, Privileged, PidMode, NetworkMode, Binds, Devices } = cargo.HostConfig!;
  assert.deepEqual(CapAdd, ["NET_ADMIN"]);
  assert.deepEqual([Privileged, PidMode, NetworkMode, Binds, Devices], [
    undefined,
    undefined,
    "gefyra",
    undefined,
    undefined,
  ]);
});

Deno.test("Cargo's key is in its volume only", () => {
  assert.deepEqual(cargo.HostConfig?.Mounts, [
    { Type: "volume", Source: "gefyra-cargo", Target: "/var/lib/cargo" },
    { Type: "volume", Source: "gefyra-relay", Target: "/run/gefyra-relay" },
  ]);
  assert.doesNotMatch(JSON.stringify(cargo), /private|secret/i);
});

const relay = relayOptions(connection, "gefyra/cargo:1");

Deno.test("the relay may do nothing but connect", () => {
  const { CapAdd, CapDrop, Privileged, ReadonlyRootfs, SecurityOpt, PidMode, Binds, PortBindings } = relay
    .HostConfig!;
  assert.deepEqual([CapAdd, CapDrop], [undefined, ["ALL"]]);
  assert.deepEqual([Privileged, PidMode, Binds, PortBindings], [undefined, undefined, undefined, undefined]);
  assert.deepEqual([ReadonlyRootfs, SecurityOpt], [true, ["no-new-privileges"]]);
  assert.equal(relay.User, "65532:65532", "the image's own is root");
});

Deno.test("the relay does not depend on Cargo's network, which ends with Cargo's container", () => {
  assert.equal(relay.HostConfig?.NetworkMode, "host");
  assert.deepEqual(relay.HostConfig?.RestartPolicy, { Name: "unless-stopped" });
});

Deno.test("the relay's settings are in its volume only, without Cargo's key", () => {
  assert.deepEqual(relay.HostConfig?.Mounts, [
    { Type: "volume", Source: "gefyra-relay", Target: "/run/gefyra-relay" },
  ]);
  assert.deepEqual([relay.Env, relay.Cmd, relay.Entrypoint], [undefined, undefined, ["relay", "api"]]);
  assert.deepEqual(relay.Labels, { "dev.gefyra.connection": "default", "dev.gefyra.role": "relay" });
});
