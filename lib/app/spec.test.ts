import assert from "node:assert/strict";
import type { Connection } from "../connection/connection.ts";
import { type AppOptions, appOptions } from "./spec.ts";

const connection: Connection = {
  name: "default",
  network: "gefyra",
  subnet: "172.28.4.0/24",
  client: "me",
  context: "lab",
  kubeconfig: "",
  namespace: "gefyra",
};
const minimal: AppOptions = {
  image: "pyserver",
  name: "app",
  namespace: "shop",
  env: [],
  volumes: [],
  publish: [],
  remove: false,
};
const made = (more: Partial<AppOptions> = {}) =>
  appOptions({ ...minimal, ...more }, connection, "172.28.4.10", "my.domain");

Deno.test("names are resolved as in a pod of the namespace", () => {
  const { Dns, DnsSearch, DnsOptions } = made().HostConfig!;
  assert.deepEqual(Dns, ["172.28.4.2"]);
  assert.deepEqual(DnsSearch, ["shop.svc.my.domain", "svc.my.domain", "my.domain"]);
  assert.deepEqual(DnsOptions, ["ndots:5"]);
});

Deno.test("the address is fixed, in the connection's network only", () => {
  const { HostConfig, NetworkingConfig } = made();
  assert.equal(HostConfig?.NetworkMode, "gefyra");
  assert.deepEqual(NetworkingConfig?.EndpointsConfig, {
    gefyra: { IPAMConfig: { IPv4Address: "172.28.4.10" }, GwPriority: 100 },
  });
});

Deno.test("a host name has 63 characters at most, however long the container's name is", () => {
  const table: [string, string][] = [
    ["app", "app"],
    ["My_App", "My_App"],
    ["a".repeat(64), "a".repeat(63)],
    [`${"a".repeat(62)}-b`, "a".repeat(62)],
    [`${"a".repeat(60)}-._b`, "a".repeat(60)],
  ];
  for (const [name, expected] of table) {
    const { Hostname, name: container } = made({ name });
    assert.deepEqual([container, Hostname], [name, expected]);
  }
});

Deno.test("the container carries the labels it is found by", () => {
  assert.deepEqual(made().Labels, {
    "dev.gefyra.connection": "default",
    "dev.gefyra.role": "app",
    "dev.gefyra.app-namespace": "shop",
  });
});

Deno.test("an app gets no privileges", () => {
  const { Privileged, CapAdd, PidMode } = made().HostConfig!;
  assert.deepEqual([Privileged, CapAdd, PidMode], [undefined, undefined, undefined]);
});

Deno.test("unset options keep the image's values", () => {
  const bare = made();
  for (const key of ["Cmd", "User", "WorkingDir", "Entrypoint"]) assert.ok(!(key in bare), key);
  const full = made({
    command: ["a", "b c"],
    user: "7:8",
    workdir: "/w",
    env: ["A=1"],
    volumes: ["/x:/y:ro"],
  });
  assert.deepEqual([full.Cmd, full.User, full.WorkingDir, full.Env], [["a", "b c"], "7:8", "/w", ["A=1"]]);
  assert.deepEqual(full.HostConfig?.Binds, ["/x:/y:ro"]);
});

Deno.test("Gefyra's own settings win over docker's options", () => {
  const { HostConfig, Labels, Hostname, ...rest } = made({
    host: { Memory: 7, NetworkMode: "host" },
    labels: { mine: "1", "dev.gefyra.role": "cargo" },
    hostname: "other",
    entrypoint: ["/x"],
    interactive: true,
    tty: true,
    searches: ["example.com"],
    dnsOptions: ["ndots:2"],
    expose: ["80/tcp"],
    stopTimeout: 3,
    platform: "linux/arm64",
  });
  assert.deepEqual([HostConfig?.Memory, HostConfig?.NetworkMode], [7, "gefyra"]);
  assert.deepEqual([Labels?.mine, Labels?.["dev.gefyra.role"]], ["1", "app"]);
  assert.deepEqual([Hostname, rest.Entrypoint, rest.StopTimeout], ["other", ["/x"], 3]);
  assert.deepEqual([rest.OpenStdin, rest.Tty, rest.platform], [true, true, "linux/arm64"]);
  assert.deepEqual([HostConfig?.DnsSearch?.at(-1), HostConfig?.DnsOptions], ["example.com", ["ndots:2"]]);
  assert.deepEqual([rest.ExposedPorts, HostConfig?.PortBindings], [{ "80/tcp": {} }, {}]);
});

Deno.test("ports are published as docker run does it", () => {
  const table: [string, string, { HostIp: string; HostPort: string }][] = [
    ["80", "80/tcp", { HostIp: "", HostPort: "" }],
    ["8080:80", "80/tcp", { HostIp: "", HostPort: "8080" }],
    ["8080:80/tcp", "80/tcp", { HostIp: "", HostPort: "8080" }],
    ["53:53/udp", "53/udp", { HostIp: "", HostPort: "53" }],
    ["127.0.0.1:8080:80", "80/tcp", { HostIp: "127.0.0.1", HostPort: "8080" }],
    ["127.0.0.1::80", "80/tcp", { HostIp: "127.0.0.1", HostPort: "" }],
  ];
  for (const [text, port, binding] of table) {
    const { ExposedPorts, HostConfig } = made({ publish: [text] });
    assert.deepEqual(ExposedPorts, { [port]: {} }, text);
    assert.deepEqual(HostConfig?.PortBindings, { [port]: [binding] }, text);
  }
});

Deno.test("one port can be published twice", () => {
  const { PortBindings } = made({ publish: ["8080:80", "127.0.0.1:9090:80"] }).HostConfig!;
  assert.deepEqual(PortBindings, {
    "80/tcp": [{ HostIp: "", HostPort: "8080" }, { HostIp: "127.0.0.1", HostPort: "9090" }],
  });
});

Deno.test("an invalid port to publish is refused", () => {
  for (const text of ["", "http", "80:", ":80:", "80/sctp", "a:80", "1.2.3:80:80", "80:80:80:80", "-80"]) {
    assert.throws(() => made({ publish: [text] }), { id: "publish-invalid", exit: "usage" }, text);
  }
});
