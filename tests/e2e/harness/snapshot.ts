/** All that is there in the cluster and in Docker, without what changes by itself: for "it leaves no trace". */
import assert from "node:assert/strict";
import { CONNECTION_LABEL, LAB_LABEL } from "../../../lib/names.ts";
import { docker, eventually } from "../../docker.ts";
import { differences } from "./diff.ts";
import { CONNECTION, LAB, TEST_LABEL } from "./home.ts";
import { type Json, kubectl, kubectlJson } from "./kubectl.ts";

export interface Snapshot {
  /** By `kind namespace/name`. */
  cluster: Record<string, Json>;
  docker: Record<string, Json>;
}

export async function snapshot(): Promise<Snapshot> {
  await eventually(async () => assert.equal(await goingNamespaces(), ""), 30_000);
  const [cluster, local] = await Promise.all([clusterObjects(), dockerObjects()]);
  return { cluster, docker: normalise(local) };
}

/** Fails with every difference; controllers get a moment to settle. */
export async function assertUnchanged(before: Snapshot): Promise<void> {
  await eventually(async () => {
    const found = differences(before, await snapshot());
    assert.ok(found.length === 0, `something is left:\n${found.join("\n")}`);
  }, 15_000);
}

/** Ephemeral containers that run, whosever pods they are in, as `namespace/pod/container`. */
export async function runningCarriers(): Promise<string[]> {
  const { items } = await kubectlJson("get", "pods", "--all-namespaces");
  return items.flatMap(({ metadata, status }: Json) =>
    (status.ephemeralContainerStatuses ?? []).filter(({ state }: Json) => state.running)
      .map(({ name }: Json) => `${metadata.namespace}/${metadata.name}/${name}`)
  );
}

/** Those of tests before. */
async function goingNamespaces(): Promise<string> {
  const template = "{range .items[?(@.metadata.deletionTimestamp)]}{.metadata.name} {end}";
  return await kubectl("get", "namespaces", "--selector", TEST_LABEL, "--output", `jsonpath=${template}`);
}

/** Kinds that are made and changed all the time, whatever anybody does. */
const restless = /^(events|leases|componentstatuses)(\.|$)/;

async function clusterObjects(): Promise<Record<string, Json>> {
  const kinds = (await kubectl("api-resources", "--verbs", "list", "--output", "name")).split("\n");
  const chosen = kinds.filter((kind) => !restless.test(kind));
  const { items } = await kubectlJson("get", chosen.join(","), "--all-namespaces");
  return Object.fromEntries(items.map((item: Json) => {
    const { kind, metadata } = item;
    // Kubernetes keeps the entry of an ephemeral container for the pod's life.
    if (kind === "Pod") delete item.spec.ephemeralContainers;
    return [`${kind} ${metadata.namespace ?? ""}/${metadata.name}`, normalise(item)];
  }));
}

const changing = new Set([
  ...["status", "managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"],
  "endpoints.kubernetes.io/last-change-trigger-time",
]);

/** Identities and times differ between two equal objects; the order of lists of things does not matter. */
export function normalise(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.map(normalise);
    return items.every((item) => typeof item === "object")
      ? items.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
      : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !changing.has(key)).map((
      [key, inner],
    ) => [key, normalise(inner)]),
  );
}

/** What belongs to the suite: by its labels, or by the network or the name, should a label have been forgotten. */
async function dockerObjects(): Promise<Record<string, Json>> {
  const [containers, networks, volumes] = await Promise.all([
    inspectAll(["ps", "--all", "--quiet"], ["inspect"]),
    inspectAll(["network", "ls", "--quiet"], ["network", "inspect"]),
    inspectAll(["volume", "ls", "--quiet"], ["volume", "inspect"]),
  ]);
  const attached = ({ NetworkSettings }: Json) => Object.keys(NetworkSettings.Networks).sort();
  return Object.fromEntries([
    ...containers.filter((one) => isOurs([one.Name, ...attached(one)], one.Config.Labels)).map((one) => {
      const { Name, Config, HostConfig, Mounts, State } = one;
      return [`container ${Name}`, {
        Config,
        HostConfig,
        Mounts,
        State: State.Status,
        networks: attached(one),
      }];
    }),
    ...networks.filter(({ Name, Labels }) => isOurs([Name], Labels))
      .map((
        { Name, Labels, IPAM, Driver, Options },
      ) => [`network ${Name}`, { Labels, IPAM, Driver, Options }]),
    ...volumes.filter(({ Name, Labels }) => isOurs([Name], Labels))
      .map(({ Name, Labels }) => [`volume ${Name}`, { Labels }]),
  ]);
}

/** Other labs, connections and tests may come and go meanwhile, and so may whatever else runs on the machine. */
function isOurs(names: string[], labels: Record<string, string> | null): boolean {
  const lab = labels?.[LAB_LABEL], connection = labels?.[CONNECTION_LABEL];
  if (lab !== undefined || connection !== undefined) return lab === LAB || connection === CONNECTION;
  if (labels?.[TEST_LABEL] !== undefined) return false;
  return names.some((name) => name.includes("gefyra"));
}

/** Something that is gone between the list and the look makes the look fail: then once more. */
function inspectAll(list: string[], inspect: string[]): Promise<Json[]> {
  return eventually(async () => {
    const ids = (await docker(list)).split("\n").filter(Boolean);
    return ids.length ? JSON.parse(await docker([...inspect, ...ids])) : [];
  });
}
