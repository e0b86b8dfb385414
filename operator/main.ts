/** The operator: watches, a queue of keys, and a reconciler for each kind of key. */
import retry from "p-retry";
import { connectCluster } from "../lib/kube/kubernetes.ts";
import type { GefyraBridge } from "../lib/api/bridge.ts";
import { messageOf } from "../lib/errors.ts";
import { VERSION } from "../lib/names.ts";
import { limits } from "../lib/settings.ts";
import { bridgeReconciler } from "./bridge/reconcile.ts";
import { clientReconciler, reconcileMisplaced } from "./client/reconcile.ts";
import { type Context, keys } from "./runtime/context.ts";
import { livenessReconciler } from "./client/liveness.ts";
import { relayReconciler } from "./stowaway/relay-tokens.ts";
import { startQueue } from "./runtime/queue.ts";
import type { Result } from "./runtime/result.ts";
import { parseResolvConf } from "./stowaway/resolv-conf.ts";
import { openTunnel } from "./stowaway/tunnel.ts";
import { type Change, startCache } from "./runtime/cache.ts";

/** The API server may be away, as after a node's restart. If the operator ended, the kubelet would delay its restart. */
const UNTIL_IT_ANSWERS = { retries: Infinity, minTimeout: 500, maxTimeout: 2_000 };
const REPEAT_MS = 60_000;
/** After a change of Stowaway's pod: peers and bridges, which clients wait for, come first. */
const RELAY_DELAY_MS = 5_000;

export interface OperatorSettings {
  /** Gefyra's own namespace. */
  namespace: string;
  /** The only namespaces where bridges are allowed; all if absent. */
  namespaces?: string[] | undefined;
  carrierImage: string;
  /** Of the kubeconfig, where it runs outside of a cluster. */
  context?: string;
  /** Where the cluster's resolver is named. */
  resolvConf?: string;
}

const ownAddresses = (): string[] =>
  Deno.networkInterfaces().flatMap(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.") ? [address] : []
  );

/** Runs until SIGTERM or SIGINT. */
export async function runOperator(settings: OperatorSettings): Promise<void> {
  const { namespace, namespaces, carrierImage, context: kubeContext } = settings;
  const { resolvConf = "/etc/resolv.conf" } = settings;
  const log = (text: string) => console.log(`${new Date().toISOString()} ${text}`);
  let started = false;
  const stopped = new Promise<void>((resolve) => {
    // Before anything has started there is nothing to finish.
    const stop = () => started ? resolve() : Deno.exit(0);
    for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, stop);
  });
  const cluster = await connectCluster({ context: kubeContext });
  const version = await retry(() => cluster.version(), {
    ...UNTIL_IT_ANSWERS,
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (attemptNumber === 1) log(messageOf(error));
    },
  });
  log(`gefyra ${VERSION} operator in namespace ${namespace}, Kubernetes ${version}`);

  const queue = startQueue((key) => dispatch(key), (key, error) => log(`${key}: ${messageOf(error)}`));
  // No pass starts before the cache is complete.
  const early: Change[] = [];
  let enqueue = (change: Change): void => void early.push(change);
  const cache = await startCache(
    cluster,
    { namespace, namespaces, limits },
    (change) => enqueue(change),
    reportOnce((text) => log(`watch: ${text}`)),
  );
  const dns = parseResolvConf(await Deno.readTextFile(resolvConf));
  const context: Context = { cluster, cache, queue, namespace, namespaces, carrierImage, limits, dns, log };
  const tunnel = await openTunnel(context, ownAddresses());
  const reconcileClient = clientReconciler(context, tunnel);
  const reconcileBridge = bridgeReconciler(context, tunnel);
  const reconcileLiveness = livenessReconciler(context, tunnel);
  const reconcileRelay = relayReconciler(context);

  const dispatch = async (key: string): Promise<Result> => {
    const [kind, first = "", second = ""] = key.split("/");
    switch (kind) {
      case "client":
        return await reconcileClient(first);
      case "misplaced":
        return await reconcileMisplaced(context, first, second);
      case "bridge":
        return await reconcileBridge(first, second);
      case keys.relay:
        return await reconcileRelay();
      case keys.liveness:
        return await reconcileLiveness();
      case keys.tunnel:
        await tunnel.apply();
        return {};
      default:
        throw new Error(`Unknown key "${key}"`);
    }
  };

  const addBridge = ({ metadata }: GefyraBridge) =>
    queue.add(keys.bridge(metadata?.namespace ?? "", metadata?.name ?? ""));
  // There may be thousands of bridges: a change of one of them looks at no other.
  enqueue = (change) => {
    switch (change.kind) {
      case "client":
        queue.add(keys.client(change.name));
        return cache.bridges.all().filter(({ spec }) => spec.client === change.name).forEach(addBridge);
      case "misplaced":
        return queue.add(keys.misplaced(change.namespace, change.name));
      case "bridge":
        return queue.add(keys.bridge(change.namespace, change.name));
      case "pod":
      case "service":
        return cache.bridges.inNamespace(change.namespace).forEach(addBridge);
      case "stowaway":
        cache.bridges.all().forEach(addBridge);
        queue.addAfter(keys.relay, RELAY_DELAY_MS);
        for (const { metadata } of cache.clients.all()) queue.add(keys.client(metadata?.name ?? ""));
    }
  };
  started = true;
  early.forEach(enqueue);
  queue.add(keys.liveness);

  await stopped;
  log("stopping");
  cache.stop();
  await queue.stop();
}

/** A watch that cannot be opened tries twice a second: the same text is written once a minute at most. */
function reportOnce(write: (text: string) => void): (error: Error) => void {
  const written = new Map<string, number>();
  return (error) => {
    const text = messageOf(error), now = Date.now();
    for (const [old, at] of written) if (now - at >= REPEAT_MS) written.delete(old);
    if (written.has(text)) return;
    written.set(text, now);
    write(text);
  };
}
