/** Checks that the versions fit together. */
import type { V1Deployment } from "@kubernetes/client-node";
import { gvk } from "../../api/gvk.ts";
import type { Cluster } from "../../kube/cluster.ts";
import { unlessForbidden } from "../../kube/rights.ts";
import type { Engine } from "../../docker/engine.ts";
import { OPERATOR, OPERATOR_PROGRAM, VERSION } from "../../names.ts";
import { attention, broken, type CheckResult, ok, type Result } from "../check-result.ts";
import { runningPod } from "../pods.ts";

export interface Versions {
  cli: string;
  docker: string;
  kubernetes: string;
  /** Absent if no operator runs. */
  operator?: string;
  /** The image of the running Cargo, and the one that fits the operator's image; absent if one is missing. */
  cargo?: { image: string; wanted: string };
}

const OLDEST_DOCKER = [20, 10], OLDEST_KUBERNETES = [1, 30];

/** Pure. */
export function judgeVersions(versions: Versions): Result[] {
  const { cli, docker, kubernetes, operator, cargo } = versions;
  const text = `gefyra ${cli}${
    operator ? `, operator ${operator}` : ""
  }, Kubernetes ${kubernetes}, Docker ${docker}`;
  const problems: Result[] = [];
  if (older(docker, OLDEST_DOCKER)) {
    problems.push(
      broken(`Docker ${docker} is too old`, `install Docker ${OLDEST_DOCKER.join(".")} or newer`),
    );
  }
  if (older(kubernetes, OLDEST_KUBERNETES)) {
    problems.push(broken(
      `Kubernetes ${kubernetes} is too old`,
      `use a cluster of version ${OLDEST_KUBERNETES.join(".")} or newer`,
    ));
  }
  if (operator && operator !== cli) {
    const newer = older(operator, parts(cli)) ? "operator" : "program";
    problems.push(attention(
      `this program is gefyra ${cli}, the operator in the cluster is ${operator}`,
      newer === "operator"
        ? "`gefyra up` upgrades the operator to this version, for all its users"
        : `install gefyra ${operator} (\`gefyra up\` would downgrade the operator to ${cli}, for all its users)`,
    ));
  }
  if (cargo && cargo.image !== cargo.wanted) {
    problems.push(attention(
      `Cargo runs ${cargo.image}, but the operator's version needs ${cargo.wanted}`,
      "`gefyra down` and `gefyra up` create a new one",
    ));
  }
  const measured = { ...versions };
  return problems.length ? problems.map((problem) => ({ ...problem, measured })) : [ok(text, measured)];
}

const parts = (version: string) => version.replace(/^v/, "").split(/[.+-]/).slice(0, 3).map(Number);

function older(version: string, than: number[]): boolean {
  const own = parts(version);
  const differs = than.findIndex((part, i) => (own[i] ?? 0) !== part);
  return differs >= 0 && (own[differs] ?? 0) < than[differs]!;
}

export interface VersionSources {
  engine: Engine;
  cluster: Cluster;
  docker: string;
  kubernetes: string;
  namespace: string;
  /** Name of the Cargo container; absent without a connection. */
  cargo?: string | undefined;
}

export async function checkVersions(sources: VersionSources): Promise<CheckResult<Versions>> {
  const { engine, cluster, docker, kubernetes, namespace } = sources;
  const [operator, container] = await Promise.all([
    operatorState(cluster, namespace),
    sources.cargo ? engine.inspect(sources.cargo) : undefined,
  ]);
  const wanted = operator?.image.replace(/operator(?=:[^:/]*$)/, "cargo");
  const versions: Versions = {
    cli: VERSION,
    docker,
    kubernetes,
    ...(operator?.version ? { operator: operator.version } : {}),
    ...(container && wanted ? { cargo: { image: container.Config.Image, wanted } } : {}),
  };
  return { results: judgeVersions(versions), value: versions };
}

/** The running operator's image and version; no version if it cannot be read. */
async function operatorState(
  cluster: Cluster,
  namespace: string,
): Promise<{ image: string; version?: string } | undefined> {
  const ref = { ...gvk.Deployment, namespace, name: OPERATOR };
  const [deployment, pod] = await Promise.all([
    unlessForbidden(cluster.get<V1Deployment>(ref), undefined),
    unlessForbidden(runningPod(cluster, namespace, "operator"), undefined),
  ]);
  const image = deployment?.spec?.template.spec?.containers[0]?.image;
  if (!image) return undefined;
  if (!pod) return { image };
  const command = [...OPERATOR_PROGRAM, "version", "-o", "json"];
  const said = await cluster.exec({ namespace, pod: pod.name, container: "operator" }, command)
    .catch(() => undefined);
  return said?.exitCode === 0
    ? { image, version: (JSON.parse(said.stdout) as { gefyra: string }).gefyra }
    : { image };
}
