import assert from "node:assert/strict";
import { CONNECTION_LABEL, LAB_LABEL, ROLE_LABEL } from "../../names.ts";
import { type Foreign, gatewayOf, overlapNotes, refusals } from "./refusals.ts";

const endpoint = (Gateway: string) => ({ Gateway }) as never;
const around = {
  network: "0-gefyra",
  networks: [{ name: "shop", internal: false }, { name: "bridge", internal: false }, {
    name: "inside",
    internal: true,
  }],
  version: "20.10.24+dfsg1",
};

interface Case {
  labels?: Record<string, string>;
  mode?: string;
  status?: string;
  networks?: Record<string, string>;
  ports?: Record<string, { HostPort?: string }[] | null>;
  all?: boolean;
  name?: string;
}

const container = ({ labels = {}, mode = "shop", status = "running", networks, ports, all, name }: Case) =>
  ({
    Name: `/${name ?? "web"}`,
    State: { Status: status },
    Config: { Labels: labels },
    HostConfig: { NetworkMode: mode, PortBindings: ports ?? {}, PublishAllPorts: all ?? false },
    NetworkSettings: {
      Networks: Object.fromEntries(
        Object.entries(networks ?? { shop: "172.18.0.1" }).map(([key, value]) => [key, endpoint(value)]),
      ),
    },
  }) as unknown as Foreign;

Deno.test("a container is attached, or refused for what it is", () => {
  const random = { "80/tcp": [{ HostPort: "" }] }, fixed = { "80/tcp": [{ HostPort: "8080" }] };
  const table: [Case, ...RegExp[]][] = [
    [{}],
    [{ networks: { shop: "172.18.0.1", inside: "" } }],
    [{ networks: { inside: "" } }],
    [{ ports: fixed }],
    [{ labels: { [CONNECTION_LABEL]: "a", [ROLE_LABEL]: "app" } }, /an app container already/],
    [{ labels: { [CONNECTION_LABEL]: "a", [ROLE_LABEL]: "cargo" } }, /a part of Gefyra/],
    [{ labels: { [LAB_LABEL]: "lab" }, status: "paused" }, /a part of Gefyra/],
    [{ mode: "host", networks: { host: "" } }, /the machine's network/],
    [{ mode: "none", networks: { none: "" } }, /no network/],
    [{ mode: "container:0123456789abcdef" }, /another container's network/],
    [{ status: "paused" }, /it is paused/],
    [{ status: "exited", networks: { shop: "" } }, /it is exited/],
    [{ networks: { bridge: "172.17.0.1" } }, /the network "bridge" only/],
    [{ networks: { bridge: "172.17.0.1", shop: "172.18.0.1" } }],
    [{ networks: { "0-gefyra": "172.28.0.2" } }, /joined network "0-gefyra"/],
    [{ networks: { shop: "" } }, /no gateway/],
    [{ ports: random }, /publish 80\/tcp on another port/],
    [{ ports: { "80/tcp": [{ HostPort: "0" }] } }, /80\/tcp/],
    [{ ports: { "80/tcp": [{ HostPort: "8000-8010" }] } }, /80\/tcp/],
    [{ ports: { "80/tcp": null } }],
    [{ all: true }, /its ports/],
    // Its own network stays the first, so Docker moves nothing.
    [{ ports: random, networks: { "0-a": "172.18.0.1" } }],
    [{ name: "x".repeat(300) }, /300 characters/],
    [{ status: "paused", ports: random }, /it is paused/, /another port/],
  ];
  for (const [one, ...expected] of table) {
    const found = refusals(container(one), around).map(({ state }) => state);
    assert.equal(found.length, expected.length, `${JSON.stringify(one)}: ${found}`);
    expected.forEach((pattern, index) => assert.match(found[index] ?? "", pattern));
  }
});

Deno.test("from Docker 28 on, published ports stay where they are", () => {
  const one = container({ ports: { "80/tcp": [{ HostPort: "" }] } });
  for (const version of ["28.0.0", "29.1.2-rc"]) assert.deepEqual(refusals(one, { ...around, version }), []);
  assert.equal(refusals(one, { ...around, version: "27.5.1" }).length, 1);
});

Deno.test("the default gateway is that of the first network that is not internal", () => {
  const table: [Record<string, string>, string | undefined][] = [
    [{ shop: "172.18.0.1" }, "172.18.0.1"],
    [{ inside: "172.19.0.1", shop: "172.18.0.1" }, "172.18.0.1"],
    [{ inside: "172.19.0.1" }, undefined],
    [{ inside: "" }, undefined],
  ];
  for (const [networks, expected] of table) {
    assert.equal(gatewayOf(container({ networks }), around), expected, JSON.stringify(networks));
  }
});

Deno.test("a network of the container that overlaps a range of the cluster is named", () => {
  const networks = [{ name: "shop", subnets: ["172.18.0.0/16"] }, {
    name: "inside",
    subnets: ["10.0.0.0/24"],
  }];
  assert.deepEqual(overlapNotes("web", networks, ["198.18.0.1/32", "10.96.0.0/16"]), []);
  const [note, ...more] = overlapNotes("web", networks, ["10.96.0.0/16", "172.16.0.0/12"]);
  assert.match(note ?? "", /^in 172\.16\.0\.0\/12, container "web" .*"shop" \(172\.18\.0\.0\/16\)/);
  assert.deepEqual(more, []);
});
