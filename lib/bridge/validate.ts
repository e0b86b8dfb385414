/** Validates a bridge before it is created; changes nothing. */
import type { V1Service } from "@kubernetes/client-node";
import { tunnelAddressOf } from "../app/apps.ts";
import type { Cluster } from "../kube/cluster.ts";
import { requireNamespace } from "../kube/namespaces.ts";
import { gvk } from "../api/gvk.ts";
import { checkObjectName } from "../api/object-names.ts";
import type { Connection } from "../connection/connection.ts";
import { foreignClient } from "../connection/foreign-client.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { unlessForbidden } from "../kube/rights.ts";
import { API_VERSION, clusterLabels, FINALIZER } from "../names.ts";
import { BRIDGE_KIND, type BridgePort, bridgeRef, type GefyraBridge } from "../api/bridge.ts";
import type { ModeName } from "../api/modes.ts";
import { clientRef, type GefyraClient } from "../api/client.ts";
import { mayUse, ownerFor } from "../api/owner.ts";
import { planContainer } from "../workload/container.ts";
import { absentPorts } from "../workload/ports.ts";
import { findTarget, type FoundTarget } from "../pods/resolve.ts";
import { type Target, targetText } from "../workload/target.ts";
import type { Match } from "../api/match.ts";
import { plan, type PlanInput } from "../plan/plan.ts";
import { unroutedPorts } from "../plan/unrouted.ts";
import type { ModePlan } from "../plan/modes/mode.ts";

export interface BridgeOptions {
  /** Name of the bridge. */
  name: string;
  /** Name of the app container. */
  app: string;
  namespace: string;
  target: Target;
  ports: BridgePort[];
  /** Only requests that match are taken. */
  match?: Match | undefined;
  /** Forces a mode. */
  mode?: ModeName | undefined;
  /** The original serves while the app container refuses connections. */
  fallback?: boolean | undefined;
  /** The original answers, and the app container gets a copy. */
  mirror?: boolean | undefined;
  /** Seconds after which connections that are never between requests are closed; 10 when absent. */
  drainTimeoutSeconds?: number | undefined;
  /** Open connections stay where they are. */
  keepConnections?: boolean | undefined;
}

export interface ValidBridge {
  /** The object to create. */
  bridge: GefyraBridge;
  /** `undefined` for a Service that has no pods yet. */
  plan: ModePlan | undefined;
  /** The input for the plan of each pod. */
  input: Omit<PlanInput, "pod" | "metadata">;
  /** Notes for the user, in addition to the plan's. */
  notes: string[];
}

/** Before they become part of a request. Pure. */
export function checkNames({ name, namespace, target }: BridgeOptions): void {
  checkObjectName("bridge", name);
  checkObjectName("namespace", namespace);
  checkObjectName(target.kind.toLowerCase(), target.name);
}

export async function validateBridge(
  { engine, cluster }: { engine: Engine; cluster: Cluster },
  connection: Connection,
  options: BridgeOptions,
): Promise<ValidBridge> {
  const { name, app, namespace, target, ports, match, mode, fallback, mirror } = options;
  const { drainTimeoutSeconds, keepConnections } = options;
  checkNames(options);
  const [user, client, found, existing, namespaceLabels, services] = await Promise.all([
    cluster.user(),
    cluster.get<GefyraClient>(clientRef(connection.namespace, connection.client)),
    findTarget(cluster, namespace, target),
    cluster.get(bridgeRef(namespace, name)),
    requireNamespace(cluster, namespace),
    servicesIn(cluster, namespace),
  ]);
  const subnet = client?.status?.tunnel?.subnet;
  if (!client || !subnet) {
    throw new GefyraError(
      "client-gone",
      `Cannot bridge: the cluster no longer has client "${connection.client}"`,
      { exit: "notFound", hint: "connect again with `gefyra up`" },
    );
  }
  const owner = ownerFor(user, client);
  if (!mayUse(owner, client)) throw foreignClient(client, user);
  const address = await tunnelAddressOf(engine, connection, app, subnet);
  const planned = planTarget(found, namespace, {
    container: target.container,
    ports,
    namespaceLabels,
    options: { mode, fallback, mirror, match: match !== undefined },
  }, services);
  const { container } = planned.input;
  if (existing) {
    throw new GefyraError(
      "bridge-exists",
      `Cannot create bridge "${name}": it exists in namespace "${namespace}"`,
      { exit: "conflict", hint: `remove it (\`gefyra unbridge --name ${name}\`) or choose another name` },
    );
  }
  const bridge: GefyraBridge = {
    apiVersion: API_VERSION,
    kind: BRIDGE_KIND,
    // The operator's finalizer; without it the operator would have to write it before it may begin.
    metadata: { name, namespace, labels: { ...clusterLabels }, finalizers: [FINALIZER] },
    spec: {
      owner,
      client: connection.client,
      target: { kind: target.kind, name: target.name, ...(container ? { container } : {}) },
      ports,
      ...(match ? { match } : {}),
      ...(mode ? { mode } : {}),
      ...(fallback ? { fallback } : {}),
      ...(mirror ? { mirror } : {}),
      ...(drainTimeoutSeconds === undefined ? {} : { drainTimeoutSeconds }),
      ...(keepConnections ? { keepConnections } : {}),
      destination: { name: app, address },
    },
  };
  return { bridge, ...planned };
}

/** The plan, and the container to name in the bridge. Pure. */
export function planTarget(
  { kind, name, found, reasons, podSpec: pod, podMetadata: metadata, servicePorts }: FoundTarget,
  namespace: string,
  wanted: Omit<PlanInput, "pod" | "metadata" | "servicePorts">,
  services?: V1Service[],
): Pick<ValidBridge, "plan" | "input" | "notes"> {
  const label = targetText({ kind, name });
  if (!found) {
    throw new GefyraError(
      "target-missing",
      `Cannot bridge "${label}": there is none in namespace "${namespace}"`,
      {
        exit: "notFound",
        hint: `list them with \`kubectl get ${kind.toLowerCase()}s --namespace ${namespace}\``,
      },
    );
  }
  const refuse = (why: string[]) =>
    new GefyraError("cannot-intercept", `Cannot bridge "${label}": ${why.join("; ")}`, {
      exit: "refused",
      hint: "choose another container, port or workload",
    });
  if (reasons.length) throw refuse(reasons);
  const input = { ...wanted, servicePorts };
  // A Service without pods is planned when its pods appear.
  if (!pod) return { plan: undefined, input, notes: [] };
  const absent = absentPorts(input.ports, servicePorts ?? [], pod);
  if (absent.length) throw refuse(absent);
  const chosen = planContainer(pod, input.container, input);
  if ("reasons" in chosen && !input.container) {
    throw new GefyraError(
      "container-unclear",
      `Cannot choose a container of "${label}": ${chosen.reasons.join("; ")}`,
      { exit: "usage", hint: `name one: --target ${label}/CONTAINER` },
    );
  }
  const planned = plan({ ...input, pod, metadata });
  if (!planned.mode) throw refuse(planned.reasons);
  // A port of the Service leads to its container port, declared or not.
  const { mistakes, notes } = servicePorts?.length
    ? { mistakes: [], notes: [] }
    : unroutedPorts(planned, { pod, labels: metadata?.labels, services });
  if (mistakes.length) throw refuse(mistakes);
  // Each pod of a Service may have another container.
  return { plan: planned, notes, input: servicePorts ? input : { ...input, container: planned.container } };
}

/** All Services of a namespace; `undefined` if the user may not list them. */
function servicesIn(cluster: Cluster, namespace: string): Promise<V1Service[] | undefined> {
  return unlessForbidden(cluster.list<V1Service>({ ...gvk.Service, namespace }), undefined);
}
