/** Resolves one context of a kubeconfig as client-go does, or lists all problems with it. */
import { GefyraError } from "../errors.ts";
import { certificateProblems } from "./certificates.ts";
import type { Env } from "./kubeconfig-files.ts";
import type { ClusterSettings, ExecSettings, Kubeconfig, UserSettings } from "./kubeconfig.ts";
import { proxyOfEnv, proxyProblem } from "./proxy.ts";

export interface ChosenContext {
  name: string;
  namespace: string;
  /** Without a slash at its end. */
  server: string;
  /** `proxy-url`, else the environment's proxy. */
  proxy?: string;
  cluster: ClusterSettings;
  /** Empty if the context names no user, or the server is reached without TLS. */
  user: UserSettings;
}

/** Throws a `GefyraError` with all its problems. `named`: the current context if absent. */
export function chooseContext(
  config: Kubeconfig,
  named: string | undefined,
  env: Env = (name) => Deno.env.get(name),
): ChosenContext {
  const name = named || config.currentContext;
  if (!name) {
    throw new GefyraError("no-cluster", "Cannot find a cluster: the kubeconfig has no current context", {
      exit: "unreachable",
      hint: "choose one with --context or `kubectl config use-context`, or start one with `gefyra lab up`",
    });
  }
  const context = config.contexts.get(name);
  if (!context) throw missing(`${named ? "" : "the current "}context "${name}"`, [...config.contexts.keys()]);
  const { cluster: clusterName = "", user: userName = "", namespace } = context;
  const cluster = config.clusters.get(clusterName) ?? {};
  const user = config.users.get(userName) ?? {};
  const server = serverOf(cluster.server ?? "");
  const problems = [
    ...(config.clusters.has(clusterName)
      ? clusterProblems(clusterName, cluster, server)
      : [clusterName ? `cluster "${clusterName}" does not exist` : "it names no cluster"]),
    ...(userName && !config.users.has(userName) ? [`user "${userName}" does not exist`] : []),
    ...userProblems(userName, user),
  ];
  if (problems.length || !server) {
    throw new GefyraError("kubeconfig-invalid", `Cannot use context "${name}": ${problems.join("; ")}`, {
      exit: "unreachable",
      hint: "correct the kubeconfig (`kubectl config view`), or choose another context with --context",
    });
  }
  const proxy = cluster["proxy-url"] || proxyOfEnv(server, env);
  return {
    name,
    namespace: namespace || "default",
    server: server.origin + server.pathname.replace(/\/+$/, ""),
    ...(proxy ? { proxy } : {}),
    cluster,
    user: server.protocol === "https:" ? user : impersonation(user),
  };
}

function missing(what: string, names: string[]): GefyraError {
  return new GefyraError("context-missing", `Cannot use ${what}: the kubeconfig has no such context`, {
    exit: "notFound",
    hint: names.length ? `choose one of: ${names.join(", ")}` : "the kubeconfig has no contexts",
  });
}

/** A host without a scheme is reached without TLS. */
function serverOf(server: string): URL | undefined {
  const url = /^https?:\/\//i.test(server) ? server : server.includes("://") ? "" : `http://${server}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** No secrets are sent without TLS. */
function impersonation({ exec: _, ...user }: UserSettings): UserSettings {
  return Object.fromEntries(Object.entries(user).filter(([name]) => name === "as" || name.startsWith("as-")));
}

function clusterProblems(name: string, cluster: ClusterSettings, server: URL | undefined): string[] {
  const proxy = cluster["proxy-url"] && proxyProblem(cluster["proxy-url"]);
  return [
    ...(!cluster.server
      ? [`cluster "${name}" has no server`]
      : server
      ? []
      : [`the server of cluster "${name}", "${cluster.server}", is not a URL`]),
    ...(proxy ? [`the proxy-url of cluster "${name}" ${proxy}`] : []),
    ...certificateProblems(`cluster "${name}"`, {
      certificate: ["certificate-authority", cluster],
    }),
  ];
}

function userProblems(name: string, user: UserSettings): string[] {
  const { token, username, password, exec, "auth-provider": provider } = user;
  const whose = `user "${name}"`;
  const lists = [user["as-groups"] ?? [], ...Object.values(user["as-user-extra"] ?? {})];
  const others = (["as-uid", "as-groups", "as-user-extra"] as const).filter((field) => user[field]);
  return [
    ...(token && (username || password) ? [`${whose} has both a token and a password`] : []),
    ...(exec && provider ? [`${whose} has both an exec plugin and an auth-provider`] : []),
    ...(exec ? execProblems(whose, exec) : []),
    ...(others.length && !user.as ? [`${whose} has ${others.join(", ")} without "as"`] : []),
    ...(lists.some((list) => list.length > 1)
      ? [
        `${whose} impersonates several groups, or several values of a user-extra, which Gefyra does not support`,
      ]
      : []),
    ...certificateProblems(whose, {
      certificate: ["client-certificate", user],
      key: ["client-key", user],
    }),
  ];
}

const EXEC_VERSIONS = ["v1", "v1beta1"].map((version) => `client.authentication.k8s.io/${version}`);
const MODES = ["Never", "IfAvailable", "Always"];

function execProblems(whose: string, { command, apiVersion, env, interactiveMode }: ExecSettings): string[] {
  const [v1, v1beta1] = EXEC_VERSIONS;
  // Only the older version lacks this field.
  const mode = interactiveMode || (apiVersion === v1beta1 ? "IfAvailable" : "");
  return [
    ...(command ? [] : [`the exec plugin of ${whose} has no command`]),
    ...(EXEC_VERSIONS.includes(apiVersion ?? "")
      ? []
      : [`the exec plugin of ${whose} has the apiVersion "${apiVersion ?? ""}", not ${v1}`]),
    ...(MODES.includes(mode)
      ? []
      : [`the exec plugin of ${whose} needs an interactiveMode: ${MODES.join(", ")}`]),
    ...(env?.some((one) => !one.name) ? [`the exec plugin of ${whose} has a variable without a name`] : []),
  ];
}
