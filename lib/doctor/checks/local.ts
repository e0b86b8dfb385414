/** Checks this machine: Docker, the kubeconfig, and access to the cluster. */
import type { Cluster } from "../../kube/cluster.ts";
import { missingInstallRights } from "../../connection/checks.ts";
import type { Connection } from "../../connection/connection.ts";
import type { Engine } from "../../docker/engine.ts";
import { missingRights, rightText } from "../../bridge/rights.ts";
import { attention, broken, type CheckResult, ok } from "../check-result.ts";

export async function checkDocker(engine: Engine): Promise<CheckResult<{ version: string }>> {
  const { version, os, at } = await engine.version();
  const result = os === "linux" ? ok(`${version} at ${at}`, { version, at }) : broken(
    `${version}, with containers for ${os}`,
    "switch Docker to Linux containers",
  );
  return { results: [result], value: { version } };
}

export async function checkKubeconfig(connect: () => Promise<Cluster>): Promise<CheckResult<Cluster>> {
  const cluster = await connect();
  const { context, server } = cluster;
  return { results: [ok(`context "${context}" at ${server.origin}`)], value: cluster };
}

export async function checkCluster(cluster: Cluster): Promise<CheckResult<{ version: string }>> {
  const start = performance.now();
  const version = await cluster.version();
  const milliseconds = Math.round(performance.now() - start);
  return { results: [ok(`answers after ${milliseconds} ms`, { milliseconds })], value: { version } };
}

/** A connected user needs fewer rights than one who must install first. */
export async function checkRights(
  cluster: Cluster,
  namespace: string,
  connection: Connection | undefined,
): Promise<CheckResult<object>> {
  const missing = connection
    ? await missingRights(cluster, cluster.namespace, "Deployment")
    : await missingInstallRights(cluster, namespace);
  if (missing.length === 0) {
    return {
      results: [ok(connection ? `to bridge in namespace "${cluster.namespace}"` : "to install Gefyra")],
      value: {},
    };
  }
  const list = `not allowed: ${missing.map(rightText).join(", ")}`;
  const remedy = "use another context, or ask an administrator of the cluster";
  if (connection) return { results: [attention(list, remedy)], value: {} };
  return { results: [broken(list, `${remedy} to apply \`gefyra up --dry-run -o yaml\``)], value: {} };
}

export function checkConnection(connection: Connection): CheckResult<Connection> {
  const { name, network, subnet } = connection;
  return { results: [ok(`${name}, Docker network ${network} (${subnet})`)], value: connection };
}
