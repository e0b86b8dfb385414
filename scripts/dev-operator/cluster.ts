/** What the operator's pod has, asked of the cluster for an operator that runs outside of it. */
import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { COMPONENT_LABEL, OPERATOR, STOWAWAY_POD } from "../../lib/names.ts";
import { waitFor } from "../../lib/wait.ts";
import type { OperatorSettings } from "../../operator/main.ts";

const refOf = (namespace: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace,
  name: OPERATOR,
});

interface Found {
  carrierImage: string;
  /** The text of a pod's /etc/resolv.conf. */
  resolvConf: string;
}

export async function findSettings(cluster: Cluster, namespace: string): Promise<Found> {
  const deployment = await cluster.get<V1Deployment>(refOf(namespace));
  if (!deployment) {
    throw new Error(`Cannot run the operator: it is not in "${namespace}" (run \`gefyra up\` first)`);
  }
  const target = { namespace, pod: STOWAWAY_POD, container: "stowaway" };
  const { exitCode, stdout, stderr } = await cluster.exec(target, ["cat", "/etc/resolv.conf"]);
  if (exitCode !== 0) throw new Error(`Cannot read the resolver's settings of ${STOWAWAY_POD}: ${stderr}`);
  return { carrierImage: carrierImageOf(deployment), resolvConf: stdout };
}

/** Pure. */
export function carrierImageOf({ spec }: V1Deployment): string {
  const variables = spec?.template.spec?.containers.flatMap(({ env }) => env ?? []) ?? [];
  const image = variables.find(({ name }) => name === "GEFYRA_CARRIER_IMAGE")?.value;
  if (!image) throw new Error("Cannot run the operator: its Deployment names no image for Carrier");
  return image;
}

/** Returns when its pod is gone, or when there is one that is wanted. */
export async function scaleOperator(cluster: Cluster, namespace: string, replicas: 0 | 1): Promise<void> {
  await cluster.patch(refOf(namespace), { spec: { replicas } });
  if (replicas === 1) return;
  const selection = { apiVersion: "v1", kind: "Pod", namespace, labels: `${COMPONENT_LABEL}=operator` };
  await waitFor(async () => (await cluster.list<V1Pod>(selection)).length === 0, {
    what: "the operator's pod to end",
    timeout: 30_000,
  });
}

/** The variable with the process id of the task. */
export const PARENT = "GEFYRA_DEV_OPERATOR_PARENT";

type Settings = Required<Omit<OperatorSettings, "namespaces">>;

const variables: Record<keyof Settings, string> = {
  namespace: "GEFYRA_NAMESPACE",
  carrierImage: "GEFYRA_CARRIER_IMAGE",
  context: "GEFYRA_CONTEXT",
  resolvConf: "GEFYRA_RESOLV_CONF",
};

const keys = Object.keys(variables) as (keyof Settings)[];

/** Pure: as environment variables, which outlive each restart of a watched program. */
export function variablesOf(settings: Settings): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [variables[key], settings[key]]));
}

/** Pure. */
export function settingsFrom(env: (name: string) => string | undefined): Settings {
  const entries = keys.map((key) => {
    const value = env(variables[key]);
    if (!value) throw new Error(`There is no ${variables[key]}`);
    return [key, value] as const;
  });
  return Object.fromEntries(entries) as Record<keyof Settings, string>;
}
