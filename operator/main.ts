/** The operator: watches, one queue, and a reconciler per kind of key. */
import retry from "p-retry";
import { connectCluster } from "../lib/kube/kubernetes.ts";
import { messageOf } from "../lib/errors.ts";
import { VERSION } from "../lib/names.ts";
import { startAttempts } from "./runtime/attempts.ts";
import { reconcileBridge } from "./bridge/reconcile.ts";
import { reconcileClient, reconcileMisplaced } from "./client/reconcile.ts";
import { type Context, keys } from "./runtime/context.ts";
import { startLiveness } from "./client/liveness.ts";
import { startRelayTokens } from "./stowaway/relay-tokens.ts";
import { startQueue } from "./runtime/queue.ts";
import { parseResolvConf } from "./stowaway/resolv-conf.ts";
import { openTunnel } from "./stowaway/tunnel.ts";
import { type Change, startCache } from "./runtime/cache.ts";

/** Who ends where nobody answers, as after a node's restart, is started again by the kubelet later and later. */
const UNTIL_THERE = { retries: Infinity, minTimeout: 500, maxTimeout: 2_000 };
/** What clients wait for comes first. */
const RELAY_DELAY_MS = 5_000;

export interface OperatorSettings {
  /** Gefyra's own namespace. */
  namespace: string;
  carrierImage: string;
  /** Of the kubeconfig, where it runs outside of a cluster. */
  context?: string;
  /** Where the cluster's resolver is named. */
  resolvConf?: string;
}

/** Runs until SIGTERM or SIGINT. */
export async function runOperator(settings: OperatorSettings): Promise<void> {
  const { namespace, carrierImage, context: kubeContext, resolvConf = "/etc/resolv.conf" } = settings;
  const log = (text: string) => console.log(`${new Date().toISOString()} ${text}`);
  let begun = false;
  const stopped = new Promise<void>((resolve) => {
    // Before anything has begun there is nothing to finish.
    const stop = () => begun ? resolve() : Deno.exit(0);
    for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, stop);
  });
  const cluster = await connectCluster({ context: kubeContext });
  const version = await retry(() => cluster.version(), {
    ...UNTIL_THERE,
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (attemptNumber === 1) log(messageOf(error));
    },
  });
  log(`gefyra ${VERSION} operator in namespace ${namespace}, Kubernetes ${version}`);

  const queue = startQueue((key) => dispatch(key), (key, error) => log(`${key}: ${messageOf(error)}`));
  // Until the whole cache is known, nothing is done.
  const early: Change[] = [];
  let enqueue = (change: Change) => void early.push(change);
  const cache = await startCache(
    cluster,
    namespace,
    (change) => enqueue(change),
    (error) => log(`watch: ${messageOf(error)}`),
  );
  const dns = parseResolvConf(await Deno.readTextFile(resolvConf));
  const attempts = startAttempts();
  const context: Context = { cluster, cache, queue, attempts, namespace, carrierImage, dns, log };
  const tunnel = await openTunnel(context);
  const checkLiveness = startLiveness(context, tunnel);
  const provideRelay = startRelayTokens(context);

  const dispatch = async (key: string): Promise<void> => {
    const [kind, first = "", second = ""] = key.split("/");
    if (kind === "client") await reconcileClient(context, tunnel, first);
    else if (kind === "misplaced") await reconcileMisplaced(context, first, second);
    else if (kind === "bridge") await reconcileBridge(context, tunnel, first, second);
    else if (kind === "tunnel") await tunnel.apply();
    else if (kind === "relay") await provideRelay();
    else await checkLiveness();
  };

  enqueue = (change) => {
    if (change.kind === "client") queue.add(keys.client(change.name));
    if (change.kind === "misplaced") queue.add(keys.misplaced(change.namespace, change.name));
    if (change.kind === "bridge") queue.add(keys.bridge(change.namespace, change.name));
    for (const { metadata, spec } of cache.bridges.all()) {
      const touched = change.kind === "stowaway" ||
        ((change.kind === "pod" || change.kind === "service") && change.namespace === metadata?.namespace) ||
        (change.kind === "client" && change.name === spec.client);
      if (touched) queue.add(keys.bridge(metadata?.namespace ?? "", metadata?.name ?? ""));
    }
    if (change.kind === "stowaway") {
      queue.addLater(keys.relay.changed, RELAY_DELAY_MS);
      for (const { metadata } of cache.clients.all()) queue.add(keys.client(metadata?.name ?? ""));
    }
  };
  begun = true;
  early.forEach(enqueue);
  queue.add(keys.liveness);

  await stopped;
  log("stopping");
  cache.stop();
  await queue.stop();
}
