/** The pod's identity in an app container: its service account, and where the API server is. */
import type { V1ConfigMap, V1Service } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import type { Cluster } from "../kube/cluster.ts";
import { store } from "./helper.ts";

/** Where every client library looks (Kubernetes' documentation, "Accessing the API from a Pod"). */
export const SERVICE_ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The share of a service account that the pod does not have. */
export const ACCOUNT_SHARE = "account";

/** A day, and then a bit less until it is renewed; a cluster may allow less. */
export const ACCOUNT_TOKEN_S = 86_400;

/** What the kubelet tells every container about the API server, where `env` does not say it already. */
export async function apiServerEnv(cluster: Cluster, env: string[]): Promise<string[]> {
  if (env.some((one) => one.startsWith("KUBERNETES_SERVICE_HOST="))) return [];
  const ref = { ...gvk.Service, namespace: "default", name: "kubernetes" };
  // Who may not read it has the name, which the API server's certificate has, too.
  const service = await cluster.get<V1Service>(ref).catch(() => undefined);
  const ip = service?.spec?.clusterIP, port = service?.spec?.ports?.[0]?.port ?? 443;
  const host = ip && !ip.includes(":") ? ip : "kubernetes.default.svc";
  return [
    `KUBERNETES_SERVICE_HOST=${host}`,
    `KUBERNETES_SERVICE_PORT=${port}`,
    `KUBERNETES_SERVICE_PORT_HTTPS=${port}`,
  ];
}

export interface Account {
  namespace: string;
  name: string;
}

/** Gives an app a new token, the cluster's certificate and the namespace, as a pod of the account has them. */
export async function giveAccount(
  { engine, cluster }: { engine: Engine; cluster: Cluster },
  app: string,
  account: Account,
): Promise<void> {
  const { namespace, name } = account;
  const [token, ca] = await Promise.all([
    cluster.token(account, ACCOUNT_TOKEN_S).catch((cause) => {
      throw new GefyraError(
        "account-refused",
        `Cannot get a token of service account "${namespace}/${name}": ${messageOf(cause)}`,
        {
          exit: cause instanceof GefyraError ? cause.exit : "failure",
          hint: "the account must exist, and you need the right to create serviceaccounts/token",
          cause,
        },
      );
    }),
    caOf(cluster, namespace),
  ]);
  await store(engine, app, ACCOUNT_SHARE, { "ca.crt": ca, namespace, token });
}

/** As every pod's, else the one that the kubeconfig has. */
async function caOf(cluster: Cluster, namespace: string): Promise<string> {
  const ref = { ...gvk.ConfigMap, namespace, name: "kube-root-ca.crt" };
  const published = await cluster.get<V1ConfigMap>(ref).catch(() => undefined);
  return published?.data?.["ca.crt"] ?? cluster.trust.ca ?? "";
}
