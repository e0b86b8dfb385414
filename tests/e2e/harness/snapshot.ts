/** All that is there in the cluster and in Docker, without what changes by itself: for "it leaves no trace". */
import assert from "node:assert/strict";
import { CONNECTION_LABEL, LAB_LABEL } from "../../../lib/names.ts";
import { docker, eventually } from "../../docker.ts";
import { differences } from "./diff.ts";
import { type Json, kubectl, kubectlJson, list } from "./kube.ts";
import { CONNECTION, LAB } from "./names.ts";
import { TEST_LABEL } from "./suite.ts";

export interface Snapshot {
  /** Absent: all of the cluster. */
  namespace: string | undefined;
  /** By `kind namespace/name`. */
  cluster: Record<string, Json>;
  docker: Record<string, Json>;
}

/** With a namespace, of it and of the file's own connection: in a cluster where others are at work. */
export async function snapshot(namespace?: string): Promise<Snapshot> {
  await eventually(async () => assert.deepEqual(await goingNamespaces(), []), 30_000);
  const [cluster, local] = await Promise.all([
    clusterObjects(namespace),
    dockerObjects(namespace === undefined),
  ]);
  return { namespace, cluster, docker: normalise(local) };
}

/** Fails with every difference; controllers get a moment to settle. */
export async function assertUnchanged(before: Snapshot): Promise<void> {
  await eventually(async () => {
    const found = differences(before, await snapshot(before.namespace));
    assert.ok(found.length === 0, `something is left:\n${found.join("\n")}`);
  }, 15_000);
}

/** Ephemeral containers that run, whosever pods they are in, as `namespace/pod/container`. */
export async function runningCarriers(): Promise<string[]> {
  return (await list("Pod")).flatMap(({ metadata, status }: Json) =>
    (status.ephemeralContainerStatuses ?? []).filter(({ state }: Json) => state.running)
      .map(({ name }: Json) => `${metadata.namespace}/${metadata.name}/${name}`)
  );
}

/** Those of tests before. */
async function goingNamespaces(): Promise<string[]> {
  const namespaces = await list("Namespace", undefined, TEST_LABEL);
  return namespaces.filter(({ metadata }) => metadata.deletionTimestamp).map(({ metadata }) => metadata.name);
}

/** Kinds that are made and changed all the time, whatever anybody does. */
const restless = /^(events|leases|componentstatuses)(\.|$)/;

async function clusterObjects(namespace?: string): Promise<Record<string, Json>> {
  const scope = namespace ? ["--namespaced"] : [];
  const kinds = (await kubectl("api-resources", "--verbs", "list", ...scope, "--output", "name")).split("\n");
  const chosen = kinds.filter((kind) => !restless.test(kind));
  const where = namespace ? ["--namespace", namespace] : ["--all-namespaces"];
  const { items } = await kubectlJson("get", chosen.join(","), ...where);
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

/** What belongs to the file: by its labels, or by the network or the name, should a label have been forgotten. */
async function dockerObjects(withLab: boolean): Promise<Record<string, Json>> {
  const [containers, networks, volumes] = await Promise.all([
    inspectAll(["ps", "--all", "--quiet"], ["inspect"]),
    inspectAll(["network", "ls", "--quiet"], ["network", "inspect"]),
    inspectAll(["volume", "ls", "--quiet"], ["volume", "inspect"]),
  ]);
  const attached = ({ NetworkSettings }: Json) => Object.keys(NetworkSettings.Networks).sort();
  return Object.fromEntries([
    ...containers.filter((one) => isOurs([one.Name, ...attached(one)], one.Config.Labels, withLab)).map(
      (one) => {
        const { Name, Config, HostConfig, Mounts, State } = one;
        return [`container ${Name}`, {
          Config,
          HostConfig,
          Mounts,
          State: State.Status,
          networks: attached(one),
        }];
      },
    ),
    ...networks.filter(({ Name, Labels }) => isOurs([Name], Labels, withLab))
      .map((
        { Name, Labels, IPAM, Driver, Options },
      ) => [`network ${Name}`, { Labels, IPAM, Driver, Options }]),
    ...volumes.filter(({ Name, Labels }) => isOurs([Name], Labels, withLab))
      .map(({ Name, Labels }) => [`volume ${Name}`, { Labels }]),
  ]);
}

/** Other labs, connections and tests may come and go meanwhile, and so may whatever else runs on the machine. */
function isOurs(names: string[], labels: Record<string, string> | null, withLab: boolean): boolean {
  const lab = labels?.[LAB_LABEL], connection = labels?.[CONNECTION_LABEL];
  if (connection !== undefined) return connection === CONNECTION;
  if (lab !== undefined) return withLab && lab === LAB;
  return names.some((name) => name.includes(CONNECTION));
}

/** Something that is gone between the list and the look makes the look fail: then once more. */
function inspectAll(list: string[], inspect: string[]): Promise<Json[]> {
  return eventually(async () => {
    const ids = (await docker(list)).split("\n").filter(Boolean);
    return ids.length ? JSON.parse(await docker([...inspect, ...ids])) : [];
  });
}
