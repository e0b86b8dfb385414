/** Checks this machine: Docker, the kubeconfig, and access to the cluster. */
import type { Cluster } from "../../kube/cluster.ts";
import type { Connection } from "../../connection/connection.ts";
import type { Engine } from "../../docker/engine.ts";
import { toBridge, toConnect } from "../../config/developer-rights.ts";
import { manifests } from "../../config/manifests.ts";
import { defaultImages } from "../../images.ts";
import { findInstallation } from "../../install/existing.ts";
import { essential, rightsToWrite } from "../../install/write-rights.ts";
import { missingOf, needsText } from "../../kube/rights.ts";
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

/** Whoever installs needs more rights than who connects to an installation, and who is connected wants to bridge. */
export async function checkRights(
  cluster: Cluster,
  namespace: string,
  connection: Connection | undefined,
): Promise<CheckResult<object>> {
  const installation = connection ? undefined : await findInstallation(cluster, namespace);
  const objects = manifests({ namespace, images: defaultImages });
  const [what, rights] = connection
    ? [`bridge in namespace "${cluster.namespace}"`, toBridge(cluster.namespace, "Deployment")]
    : installation
    ? [`connect to the installation in namespace "${namespace}"`, toConnect(namespace)]
    : ["install Gefyra", [...rightsToWrite(objects, []), ...toConnect(namespace)]];
  const missing = essential(await missingOf(cluster, rights));
  if (missing.length === 0) return { results: [ok(`to ${what}`)], value: {} };
  const list = `not to ${what}: ${needsText(missing)}`;
  const ask = "use another context, or ask an administrator of the cluster";
  const remedy = installation || connection
    ? `${ask} for the role that \`gefyra install --print-rbac developer\` prints`
    : `${ask} to run \`gefyra install\``;
  return { results: [(connection ? attention : broken)(list, remedy)], value: {} };
}

export function checkConnection(connection: Connection): CheckResult<Connection> {
  const { name, network, subnet } = connection;
  return { results: [ok(`${name}, Docker network ${network} (${subnet})`)], value: connection };
}
