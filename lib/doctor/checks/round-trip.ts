/**
 * Tests both directions for real: from a local container to a service in the cluster, and from a pod to a local
 * container.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { V1Service } from "@kubernetes/client-node";
import { gvk } from "../../api/gvk.ts";
import type { Access } from "../../api/access.ts";
import type { ObjectRef } from "../../api/objects.ts";
import type { Cluster } from "../../kube/cluster.ts";
import type { Connection } from "../../connection/connection.ts";
import type { Engine } from "../../docker/engine.ts";
import { imageOf } from "../../images.ts";
import { API_VERSION, clusterLabels, COMPONENT_LABEL, DOCTOR_PORT, GROUP } from "../../names.ts";
import { BRIDGE_KIND, bridgeRef, type GefyraBridge } from "../../api/bridge.ts";
import type { TunnelStatus } from "../../api/client.ts";
import { bridgePhases } from "../../api/phases.ts";
import { translate } from "../../config/addresses.ts";
import { waitFor } from "../../wait.ts";
import { broken, type CheckResult, ok, type Result } from "../check-result.ts";
import { belongingTo, type ProbeClient } from "../probe.ts";
import type { RunningPod } from "../pods.ts";
import type { ProbeContainer } from "../probe-container.ts";
import { toExec } from "./measure.ts";
import { ACCEPTS, ASK } from "../programs.ts";

export interface RoundTrip {
  engine: Engine;
  cluster: Cluster;
  connection: Connection;
  tunnel: TunnelStatus;
  probe: ProbeContainer;
  probeClient: ProbeClient;
  operator: RunningPod;
  stowaway: RunningPod;
}

/** Doctor's own bridge is in Gefyra's namespace, and the operator's pod calls it. */
export function toMakeRoundTrip(
  { connection: { namespace }, operator }: Pick<RoundTrip, "connection" | "operator">,
): Access[] {
  return [
    { verb: "create", group: "apps", resource: "deployments", namespace },
    { verb: "create", group: GROUP, resource: "gefyrabridges", namespace },
    toExec(namespace, operator.name),
  ];
}

/** Retries until the rules of the new port are in effect: Stowaway refuses it until then. */
const RULES_MS = 2_000, RETRY_MS = 50;

export async function checkRoundTrip(input: RoundTrip): Promise<CheckResult<object>> {
  const { engine, cluster, connection: { namespace }, probe, stowaway, operator } = input;
  const service = await serviceAddress(cluster);
  const bridge = bridgeRef(namespace, probe.name);
  const workload: ObjectRef = { ...gvk.Deployment, namespace, name: probe.name };
  try {
    const [out, port] = await Promise.all([
      engine.exec(probe.id, ["bash", "-c", ACCEPTS, "accepts", service, "443"]),
      stowawayPort(input, bridge),
    ]);
    const token = crypto.randomUUID();
    const target = { namespace, pod: operator.name, container: "operator" };
    const command = ["bash", "-c", ASK, "ask", stowaway.address, `${port}`, token];
    let back = false, milliseconds = 0;
    for (const end = performance.now() + RULES_MS; !back && performance.now() < end; await delay(RETRY_MS)) {
      const start = performance.now();
      back = (await cluster.exec(target, command)).stdout.trim() === token;
      milliseconds = Math.round(performance.now() - start);
    }
    const reached = { out: out.exitCode === 0, back };
    return {
      results: judgeRoundTrip(reached, { service, port, pod: operator.name, milliseconds }),
      value: {},
    };
  } finally {
    await Promise.all([cluster.remove(bridge), cluster.remove(workload)]);
    const gone = async () => await cluster.get(bridge) === undefined;
    await waitFor(gone, { what: "doctor's bridge to be gone", timeout: 5_000, interval: 100 });
  }
}

/** The service's address, because DNS is another check. */
async function serviceAddress(cluster: Cluster): Promise<string> {
  const ref = { ...gvk.Service, namespace: "default", name: "kubernetes" };
  return (await cluster.get<V1Service>(ref))?.spec?.clusterIP ?? ref.name;
}

/** A bridge to a workload without pods gets a port of Stowaway, and takes nobody's traffic. */
async function stowawayPort(
  { cluster, connection, tunnel, probe, probeClient }: RoundTrip,
  ref: ObjectRef,
): Promise<number> {
  const { namespace, client } = connection;
  const name = probe.name;
  await cluster.create(emptyWorkload(name, namespace, probeClient));
  await cluster.create<GefyraBridge>({
    apiVersion: API_VERSION,
    kind: BRIDGE_KIND,
    metadata: { name, namespace, ...belongingTo(probeClient) },
    spec: {
      owner: { user: probeClient.user },
      client,
      target: { kind: "Deployment", name },
      ports: [{ remote: DOCTOR_PORT, local: DOCTOR_PORT, protocol: "TCP" }],
      destination: { name, address: translate(probe.address, tunnel.subnet) },
    },
  });
  let bridge: GefyraBridge | undefined;
  const waits = async () =>
    (bridge = await cluster.get<GefyraBridge>(ref))?.status?.phase === bridgePhases.waiting;
  await waitFor(waits, {
    what: "the operator to give doctor's bridge a port",
    timeout: 5_000,
    interval: 100,
  });
  return bridge?.status?.ports?.[0]?.stowaway ?? 0;
}

function emptyWorkload(name: string, namespace: string, probeClient: ProbeClient) {
  const labels = { ...clusterLabels, [COMPONENT_LABEL]: name };
  const ports = [{ containerPort: DOCTOR_PORT }];
  return {
    ...gvk.Deployment,
    metadata: { name, namespace, labels, ...belongingTo(probeClient) },
    spec: {
      replicas: 0,
      selector: { matchLabels: { [COMPONENT_LABEL]: name } },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "none", image: imageOf("operator"), ports }] },
      },
    },
  };
}

/** Pure. */
export function judgeRoundTrip(
  reached: { out: boolean; back: boolean },
  { service, port, pod, milliseconds }: { service: string; port: number; pod: string; milliseconds: number },
): Result[] {
  const measured = { ...reached, milliseconds };
  const results: Result[] = [];
  if (!reached.out) {
    results.push(broken(
      `a local container cannot reach service kubernetes (${service}:443)`,
      "a network policy may block Stowaway's pod: `kubectl get networkpolicies --all-namespaces`",
      measured,
    ));
  }
  if (!reached.back) {
    results.push(broken(
      `pod ${pod} called Stowaway's port ${port}, and a local container did not answer`,
      "a network policy may block traffic to Stowaway's pod: `kubectl get networkpolicies --all-namespaces`; or the " +
        "cluster's network translates the addresses of pods, and Stowaway refuses what is not the pod's own",
      measured,
    ));
  }
  const text =
    `a local container reached service kubernetes, and answered pod ${pod} over Stowaway's port ${port}`;
  return results.length ? results : [ok(text, measured)];
}
