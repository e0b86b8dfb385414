/** Chooses the cluster, and how its server's certificate is verified. */
import type { KubeConfig } from "@kubernetes/client-node";
import { resolve } from "node:path";
import type { ConnectionOptions } from "node:tls";
import type { Dispatcher } from "undici";
import { GefyraError, messageOf } from "../errors.ts";
import { readUserFile } from "../user-file.ts";
import type { ServerTrust } from "./cluster.ts";
import { authenticator, tokenOf } from "./credentials.ts";
import { chooseContext, type ChosenContext } from "./kubeconfig-context.ts";
import { type KubeconfigFiles, kubeconfigFiles } from "./kubeconfig-files.ts";
import { type Kubeconfig, mergeKubeconfigs, readKubeconfig } from "./kubeconfig.ts";
import { socksDispatcher } from "./socks.ts";

export interface ClusterOptions {
  /** Path of a kubeconfig, or several as in `KUBECONFIG`; default: `KUBECONFIG`, else `~/.kube/config`, else the pod's service account. */
  kubeconfig?: string | undefined;
  /** Default: the current context. */
  context?: string | undefined;
}

/** The folder of a pod's ServiceAccount; client-go uses the same. */
const POD_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * The client library supports less of a kubeconfig than kubectl, and fails on other parts. So Gefyra reads it as
 * client-go does, and gives the library one context only.
 */
export function loadConfig(k8s: typeof import("./client.ts"), options: ClusterOptions): KubeConfig {
  const config = new k8s.KubeConfig();
  const context = readContext(kubeconfigFiles(options.kubeconfig), options.context);
  if (!context) {
    if (!inPod()) {
      throw new GefyraError(
        "no-cluster",
        "Cannot find a cluster: there is no kubeconfig, and this is not a pod",
        {
          exit: "unreachable",
          hint: HINT,
        },
      );
    }
    config.loadFromCluster();
    return config;
  }
  config.loadFromOptions(libraryOptions(context));
  config.addAuthenticator(authenticator(context));
  if (context.proxy?.startsWith("socks5:")) useSocks(config, new URL(context.proxy));
  return config;
}

/** For requests and watches; exec has its own agent. */
function useSocks(config: KubeConfig, proxy: URL): void {
  const library = config as unknown as {
    createDispatcher(cluster: unknown, options: ConnectionOptions): Dispatcher;
  };
  library.createDispatcher = (_, options) => socksDispatcher(proxy, options);
}

/** `undefined` if all files are empty. */
export function readContext(files: KubeconfigFiles, named: string | undefined): ChosenContext | undefined {
  const merged = mergeKubeconfigs(readFiles(files));
  if (isEmpty(merged)) return undefined;
  const context = chooseContext(merged, named);
  // An unreadable file is reported at once.
  tokenOf(context.user);
  return context;
}

const HINT = "name one with --kubeconfig or KUBECONFIG, or start a cluster with `gefyra lab up`";

function readFiles({ files, required }: KubeconfigFiles): Kubeconfig[] {
  return files.flatMap((file) => {
    try {
      return [readKubeconfig(new TextDecoder().decode(readUserFile(file)), resolve(file))];
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound && !required) return [];
      throw new GefyraError(
        "kubeconfig-unreadable",
        `Cannot read the kubeconfig "${file}": ${messageOf(cause)}`,
        {
          exit: "unreachable",
          hint: HINT,
          cause,
        },
      );
    }
  });
}

const isEmpty = ({ currentContext, clusters, contexts, users }: Kubeconfig) =>
  !currentContext && clusters.size + contexts.size + users.size === 0;

function inPod(): boolean {
  const address = ["HOST", "PORT"].every((part) => Deno.env.get(`KUBERNETES_SERVICE_${part}`));
  try {
    return address && Deno.statSync(POD_TOKEN).isFile;
  } catch {
    return false;
  }
}

/** In the library's format. The library calls `authenticator` for all credentials except certificates and passwords. */
export function libraryOptions({ name, namespace, server, proxy, cluster, user }: ChosenContext) {
  const { "client-certificate": certFile, "client-key": keyFile, "auth-provider": authProvider } = user;
  return {
    currentContext: name,
    contexts: [{ name, namespace, cluster: "cluster", user: "user" }],
    clusters: [{
      name: "cluster",
      server,
      ...optional({
        caFile: cluster["certificate-authority"],
        caData: cluster["certificate-authority-data"],
        tlsServerName: cluster["tls-server-name"],
        // As in Go, the proxy resolves the server's name: it may be the only one that can.
        proxyUrl: proxy?.replace(/^socks5:/, "socks5h:"),
      }),
      // The library refuses a server without TLS if TLS must be verified.
      skipTLSVerify: cluster["insecure-skip-tls-verify"] === true || server.startsWith("http:"),
    }],
    users: [{
      name: "user",
      ...optional({
        certFile,
        keyFile,
        authProvider,
        certData: user["client-certificate-data"],
        keyData: user["client-key-data"],
        username: user.username,
        password: user.password,
        impersonateUser: user.as,
      }),
    }],
  };
}

/** Removes empty and absent fields. */
function optional<T extends Record<string, unknown>>(fields: T) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

/** The certificate is in the data, or in a file on this machine only. */
export function trustOf(config: KubeConfig): ServerTrust {
  const { caData, caFile, tlsServerName, skipTLSVerify } = config.getCurrentCluster() ?? {};
  const ca = caData ? atob(caData) : caFile ? Deno.readTextFileSync(caFile) : undefined;
  return {
    ...(ca ? { ca } : {}),
    ...(tlsServerName ? { serverName: tlsServerName } : {}),
    insecure: skipTLSVerify ?? false,
  };
}
