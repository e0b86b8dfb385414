/** The names that exist now: in Docker, in the cluster, in the kubeconfig. */
import { gvk } from "../../lib/api/gvk.ts";
import { API_VERSIONS, kindOf as targetKindOf } from "../../lib/api/kinds.ts";
import { listApps } from "../../lib/app/apps.ts";
import { visibleBridges } from "../../lib/bridge/visible.ts";
import { connectionCluster } from "../../lib/connection/cluster.ts";
import type { Connection } from "../../lib/connection/connection.ts";
import { listConnections, requireConnection } from "../../lib/connection/find.ts";
import { connectEngine } from "../../lib/docker/dockerode.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { contextNames } from "../../lib/kube/kubeconfig-names.ts";
import { connectCluster } from "../../lib/kube/kubernetes.ts";
import { CONNECTION_LABEL, LAB_LABEL } from "../../lib/names.ts";
import { findTarget } from "../../lib/pods/resolve.ts";
import { targetText } from "../../lib/workload/target.ts";
import type { SettingName } from "../../lib/project/settings.ts";
import { settingsIn } from "../defaults.ts";
import { readConfiguration } from "../project/load.ts";
import type { Candidate } from "./answer.ts";
import type { Kind } from "./kinds.ts";
import { containerCandidates, localPortCandidates, portCandidates, targetOf } from "./target-names.ts";
import { longOf, type Question } from "./words.ts";

type Add = (more: Candidate[]) => void;

/** Calls `add` with what is found, as it is found. */
export async function namesOf(question: Question, kind: Kind, add: Add): Promise<void> {
  if (kind === "contexts") {
    return add(contextNames(last(question, "--kubeconfig")).map((value) => ({ value })));
  }
  if (kind === "connections") {
    const connections = await listConnections(connectEngine());
    return add(connections.map(({ name, context }) => ({ value: name, description: context })));
  }
  if (kind === "apps") {
    const { engine, connection } = await connected(question);
    const apps = await listApps(engine, connection);
    return add(apps.filter(({ name }) => !question.args.includes(name)).map(appCandidate));
  }
  if (kind === "foreign") {
    const running = (await connectEngine().containers({})).filter(({ state, labels }) =>
      state === "running" && !(CONNECTION_LABEL in labels) && !(LAB_LABEL in labels)
    );
    return add(running.filter(({ name }) => !question.args.includes(name)).map(appCandidate));
  }
  if (kind === "ports" && question.start.includes(":")) return add(await localPorts(question));
  const { cluster, connection } = await clusterOf(question);
  await clusterNames(cluster, connection, question, { kind, add });
}

const appCandidate = ({ name, image }: { name: string; image: string }) => ({
  value: name,
  description: image,
});

const last = ({ options }: Question, flag: string) => options[flag]?.at(-1) || undefined;

/** The default of the environment and of the configuration files. */
async function settingFor(name: SettingName): Promise<string | undefined> {
  const settings = settingsIn(await readConfiguration(), (variable) => Deno.env.get(variable));
  return settings.find((one) => one.name === name)?.value;
}

async function connected(question: Question) {
  const engine = connectEngine();
  const name = last(question, "--connection") ?? await settingFor("connection");
  return { engine, connection: await requireConnection(engine, name) };
}

/** A command with `--context` asks that cluster, the others that of the connection. */
async function clusterOf(question: Question): Promise<{ cluster: Cluster; connection?: Connection }> {
  const own = question.command.options.some((option) => longOf(option) === "--context");
  if (own) {
    const [context, kubeconfig] = [last(question, "--context"), last(question, "--kubeconfig")];
    return { cluster: await connectCluster({ context, kubeconfig }) };
  }
  const { connection } = await connected(question);
  return { cluster: await connectionCluster(connection), connection };
}

async function clusterNames(
  cluster: Cluster,
  connection: Connection | undefined,
  question: Question,
  { kind, add }: { kind: Kind; add: Add },
): Promise<void> {
  const namespace = last(question, "--namespace") ?? await settingFor("namespace") ?? "default";
  const list = async (kind: string, value = (name: string) => name) => {
    const found = await cluster.list({ apiVersion: API_VERSIONS[kind] ?? "v1", kind, namespace });
    add(found.map(({ metadata }) => ({ value: value(metadata?.name ?? "") })));
  };
  if (kind === "namespaces") {
    // A value may be a list: --namespaces a,b
    const before = question.start.slice(0, question.start.lastIndexOf(",") + 1);
    const found = await cluster.list(gvk.Namespace);
    return add(found.map(({ metadata }) => ({ value: before + metadata?.name })));
  }
  if (kind === "deployments") return await list("Deployment");
  if (kind === "bridges") {
    if (!connection) return;
    const { bridges } = await visibleBridges(cluster, connection, {
      namespace: last(question, "--namespace"),
    });
    return add(bridges.map(({ metadata, spec }) => ({
      value: metadata?.name ?? "",
      description: `${metadata?.namespace}: ${targetText(spec.target)}`,
    })));
  }
  if (kind === "targets") {
    const [kindName = "", name, container] = question.start.split("/");
    const typed = targetKindOf(kindName);
    if (container !== undefined && typed && name) {
      const found = await findTarget(cluster, namespace, { kind: typed, name });
      const before = `${kindName}/${name}/`;
      return add(containerCandidates(found).map((one) => ({ ...one, value: before + one.value })));
    }
    if (name !== undefined) return await (typed ? list(typed, (one) => `${kindName}/${one}`) : undefined);
    const usual = ["Deployment", "StatefulSet", "DaemonSet", "Service"];
    const asked = usual.map((kind) => list(kind, (one) => `${kind.toLowerCase()}/${one}`));
    // A kind that may not be listed hides no other.
    await Promise.allSettled(asked);
    return;
  }
  const target = targetOf(question);
  if (!target) return;
  const found = await findTarget(cluster, namespace, target);
  add(kind === "containers" ? containerCandidates(found) : portCandidates(found, target.container));
}

/** After `REMOTE:` the ports that the app's image declares, and the same number. */
async function localPorts(question: Question): Promise<Candidate[]> {
  const app = last(question, "--name");
  if (question.path[0] !== "bridge" || !app) return localPortCandidates(question.start, []);
  const { engine } = await connected(question);
  const found = await engine.inspect(app);
  return localPortCandidates(question.start, Object.keys(found?.Config.ExposedPorts ?? {}));
}
