import assert from "node:assert/strict";
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import { appOptions } from "../app/spec.ts";
import type { Connection } from "../connection/connection.ts";
import { mount } from "../files/helper.ts";
import { withApps } from "./apply.ts";
import type { ComposeService } from "./model.ts";

const connection = { name: "lab", network: "0-gefyra-lab", subnet: "172.28.4.0/24" } as Connection;
const name = "shop-api-1";
const plain = { image: "", name, namespace: "prod", env: [], volumes: [], publish: [], remove: false };

const created = (more: Partial<Parameters<typeof appOptions>[0]> = {}): ContainerCreateOptions =>
  appOptions({ ...plain, ...more }, connection, "172.28.4.9", "cluster.local");

/** As `docker compose config` prints a service of which little is said. */
const own: ComposeService = { command: null, entrypoint: null, networks: { default: null } };

const apply = (service: ComposeService, container: ContainerCreateOptions) => {
  const model = withApps({ name: "shop", services: { api: service, db: { image: "db" } } }, "0-gefyra-lab", [
    { service: "api", created: container },
  ]);
  return { ...model, api: model.services.api! };
};

Deno.test("an app joins Gefyra's network at its address, beside its own networks, and asks the cluster's names", () => {
  const { api, networks, services } = apply({ ...own, image: "api", labels: { a: "b" } }, created());
  assert.deepEqual(networks, { gefyra: { external: true, name: "0-gefyra-lab" } });
  assert.deepEqual(api.networks, {
    default: null,
    gefyra: { ipv4_address: "172.28.4.9", gw_priority: 100 },
  });
  assert.deepEqual(api.dns, ["172.28.4.2"]);
  assert.deepEqual(api.dns_search, ["prod.svc.cluster.local", "svc.cluster.local", "cluster.local"]);
  assert.deepEqual(api.dns_opt, ["ndots:5"]);
  assert.deepEqual(api.labels, {
    a: "b",
    "dev.gefyra.connection": "lab",
    "dev.gefyra.role": "app",
    "dev.gefyra.app-namespace": "prod",
  });
  assert.deepEqual([api.container_name, api.image], [name, "api"]);
  assert.deepEqual(services.db, { image: "db" });
});

const like = created({
  image: "cluster/api:1",
  entrypoint: ["/api"],
  command: ["--port", "80"],
  env: ["PRICE=5$", "MODE=prod"],
  user: "1000:1000",
  workdir: "/app",
  stopTimeout: 30,
  expose: ["80/tcp"],
  host: {
    Memory: 1024,
    NanoCpus: 5e8,
    CapDrop: ["ALL"],
    ReadonlyRootfs: true,
    ExtraHosts: ["db.example:10.0.0.1"],
    Tmpfs: { "/tmp": "rw", "/cache": "" },
    Mounts: [mount(name, "config", "/etc/api", { readOnly: true })],
  },
});

Deno.test("what the service does not say comes from the container it is like; $ stays $", () => {
  const { api, volumes } = apply(own, like);
  assert.deepEqual(
    [api.image, api.entrypoint, api.command, api.user, api.working_dir, api.stop_grace_period],
    ["cluster/api:1", ["/api"], ["--port", "80"], "1000:1000", "/app", "30s"],
  );
  assert.deepEqual(api.environment, { PRICE: "5$$", MODE: "prod" });
  assert.deepEqual([api.mem_limit, api.cpus, api.read_only, api.cap_drop], [1024, 0.5, true, ["ALL"]]);
  assert.deepEqual([api.extra_hosts, api.expose], [["db.example:10.0.0.1"], ["80/tcp"]]);
  assert.deepEqual(api.tmpfs, ["/tmp:rw", "/cache"]);
  const source = `gefyra-files-${name}-config`;
  assert.deepEqual(api.volumes, [
    { type: "volume", source, target: "/etc/api", read_only: true, volume: { nocopy: true } },
  ] as never);
  assert.deepEqual(volumes, { [source]: { external: true, name: source } });
});

Deno.test("what the service says wins, and lists are joined", () => {
  const { api } = apply({
    ...own,
    build: { context: "." },
    command: ["dev"],
    user: "0",
    environment: { MODE: "dev", MINE: null },
    deploy: { resources: { limits: { memory: "1g" } } },
    cap_drop: ["NET_RAW"],
    dns: ["9.9.9.9"],
    dns_search: ["corp.example"],
    expose: ["9229"],
    tmpfs: ["/run:size=1m"],
    volumes: [{ target: "/data" }],
  }, like);
  assert.ok(!("image" in api) && !("mem_limit" in api) && !api.entrypoint);
  assert.deepEqual([api.command, api.user, api.cpus], [["dev"], "0", 0.5]);
  assert.deepEqual(api.environment, { PRICE: "5$$", MODE: "dev", MINE: null });
  assert.deepEqual([api.cap_drop, api.expose], [["NET_RAW", "ALL"], ["9229", "80/tcp"]]);
  assert.deepEqual(api.dns, ["172.28.4.2"]);
  assert.deepEqual((api.dns_search as string[]).at(-1), "corp.example");
  assert.deepEqual(api.tmpfs, ["/run:size=1m", "/tmp:rw", "/cache"]);
  assert.deepEqual(api.volumes?.map(({ target }) => target), ["/data", "/etc/api"]);
});
