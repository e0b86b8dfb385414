/** Which cluster is meant, and how its server is trusted. */
import type { KubeConfig } from "@kubernetes/client-node";
import { delimiter } from "node:path";
import { GefyraError, messageOf } from "../errors.ts";
import type { ServerTrust } from "./cluster.ts";

export interface ClusterOptions {
  /** Path of a kubeconfig, or several as in `KUBECONFIG`; default: `KUBECONFIG`, else `~/.kube/config`, else the pod's service account. */
  kubeconfig?: string | undefined;
  /** Default: the current context. */
  context?: string | undefined;
}

/** What the client names the context that it makes up where it finds nothing: port 8080 of this machine. */
const NO_CONFIG = "loaded-context";

export function loadConfig(
  k8s: typeof import("./client.ts"),
  { kubeconfig, context }: ClusterOptions,
): KubeConfig {
  const config = new k8s.KubeConfig();
  try {
    if (!kubeconfig) config.loadFromDefault();
    else {
      // As in KUBECONFIG there may be several.
      const [first = "", ...others] = kubeconfig.split(delimiter).filter(Boolean);
      config.loadFromFile(first);
      for (const file of others) {
        const other = new k8s.KubeConfig();
        other.loadFromFile(file);
        config.mergeConfig(other);
      }
    }
  } catch (cause) {
    throw new GefyraError("kubeconfig-unreadable", `Cannot read the kubeconfig: ${messageOf(cause)}`, {
      exit: "unreachable",
      hint: "name one with --kubeconfig or KUBECONFIG, or start a cluster with `gefyra lab up`",
      cause,
    });
  }
  if (config.getCurrentContext() === NO_CONFIG) {
    throw new GefyraError("no-cluster", "Cannot find a cluster: there is no kubeconfig, and this is no pod", {
      exit: "unreachable",
      hint: "name one with --kubeconfig or KUBECONFIG, or start a cluster with `gefyra lab up`",
    });
  }
  const names = config.getContexts().map(({ name }) => name);
  if (context && !names.includes(context)) {
    throw new GefyraError(
      "context-missing",
      `Cannot use context "${context}": the kubeconfig has no such context`,
      {
        exit: "notFound",
        hint: names.length ? `choose one of: ${names.join(", ")}` : "the kubeconfig names no contexts at all",
      },
    );
  }
  if (context) config.setCurrentContext(context);
  if (!config.getCurrentCluster()) {
    throw new GefyraError("no-cluster", "Cannot find a cluster: the kubeconfig has no current context", {
      exit: "unreachable",
      hint: "choose one with --context or `kubectl config use-context`, or start one with `gefyra lab up`",
    });
  }
  return config;
}

/** In data, or in a file that only this machine has. */
export function trustOf(config: KubeConfig): ServerTrust {
  const { caData, caFile, tlsServerName, skipTLSVerify } = config.getCurrentCluster() ?? {};
  const ca = caData ? atob(caData) : caFile ? Deno.readTextFileSync(caFile) : undefined;
  return {
    ...(ca ? { ca } : {}),
    ...(tlsServerName ? { serverName: tlsServerName } : {}),
    insecure: skipTLSVerify ?? false,
  };
}
