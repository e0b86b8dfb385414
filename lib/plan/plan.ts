/** Decides how a container is bridged, or why it cannot be. Pure. */
import type { V1Container, V1ObjectMeta, V1PodSpec, V1ServicePort } from "@kubernetes/client-node";
import type { BridgePort } from "../api/bridge.ts";
import { type ModeName, modes as modeNames } from "../api/modes.ts";
import { planContainer } from "../workload/container.ts";
import { meshOf, proxyName } from "../workload/mesh.ts";
import { absentPorts, declares, declaring, portText, resolvePort, typedPort } from "../workload/ports.ts";
import { encryptedNotes } from "./encrypted.ts";
import { beside } from "./modes/beside.ts";
import { replace } from "./modes/replace.ts";
import type { ModeInput, ModePlan, Refusal } from "./modes/mode.ts";

const modes = { beside, replace };

export interface PlanInput {
  /** Spec of the workload's template, or of one of its pods. */
  pod: V1PodSpec;
  /** Its labels and annotations. */
  metadata?: V1ObjectMeta | undefined;
  /** Absent for the only container, or the one that the Service's port leads to. */
  container?: string | undefined;
  ports: BridgePort[];
  /** Of the Service that is the target. */
  servicePorts?: V1ServicePort[] | undefined;
  /** Labels of the namespace, which may set a Pod Security level; unknown labels count as admitting. */
  namespaceLabels?: Record<string, string> | undefined;
  options?: PlanOptions | undefined;
  available?: readonly ModeName[];
}

export interface PlanOptions {
  /** Forces a mode. */
  mode?: ModeName | undefined;
  /** Only requests that match are taken. */
  match?: boolean | undefined;
  /** The original serves while the app container refuses connections. */
  fallback?: boolean | undefined;
  /** The original answers, and the app container gets a copy. */
  mirror?: boolean | undefined;
}

export type Plan = ModePlan | Refusal;

export function plan(input: PlanInput): Plan {
  const { pod, options = {}, available = modeNames } = input;
  const wanted = modeInput(input);
  if ("reasons" in wanted) return { mode: undefined, reasons: wanted.reasons };
  const names = options.mode ? [options.mode] : available;
  const because: string[] = [];
  for (const name of names) {
    const result = available.includes(name)
      ? modes[name].plan(wanted)
      : { mode: undefined, reasons: [`mode ${name} is not available`] };
    if (result.mode) return { ...result, because, notes: encryptedNotes(wanted, input.servicePorts) };
    // A reason names its mode if there was a choice.
    because.push(...result.reasons.map((reason) => names.length > 1 ? `${name}: ${reason}` : reason));
  }
  return { mode: undefined, reasons: because };

  /** The input that all modes share. */
  function modeInput({ container, ports, servicePorts }: PlanInput): ModeInput | { reasons: string[] } {
    if (isWindows(pod)) return { reasons: ["the pods run on Windows, which Carrier does not support"] };
    const absent = absentPorts(ports, servicePorts ?? [], pod);
    if (absent.length) return { reasons: absent };
    const chosen = planContainer(pod, container, { ports, servicePorts });
    if ("reasons" in chosen) return chosen;
    const mesh = meshOf(pod, input.metadata, input.namespaceLabels);
    const resolved = ports.map((port) => {
      const number = resolvePort(port, { container: chosen.container, servicePorts });
      return typeof number === "number" ? { ...port, port: number } : number;
    });
    const found = resolved.filter((one) => "port" in one);
    const reasons = resolved.flatMap((one) => "reason" in one ? [one.reason] : []);
    reasons.push(...sameNumber(found), ...foreign(pod, chosen.container, found));
    const proxy = mesh && proxyName(chosen.container.name, chosen.container.image);
    if (proxy) {
      reasons.push(`"${chosen.container.name}" is the proxy of the mesh ${proxy}, for the whole pod`);
    }
    if (reasons.length) return { reasons };
    const { match = false, fallback = false, mirror = false } = options;
    const { namespaceLabels } = input;
    return { ...chosen, pod, ports: found, namespaceLabels, mesh, match, fallback, mirror };
  }
}

function isWindows({ os, nodeSelector }: V1PodSpec): boolean {
  return os?.name === "windows" || nodeSelector?.["kubernetes.io/os"] === "windows";
}

/**
 * A port belongs to the container that declares it. A container that does not declare a port may have any port that no
 * other container declares.
 */
function foreign(pod: V1PodSpec, container: V1Container, ports: ModeInput["ports"]): string[] {
  return ports.filter((port) => !declares(container, port)).flatMap((port) => {
    const [owner] = declaring(pod, port);
    return owner
      ? [
        `port ${
          typedPort(port)
        } belongs to container "${owner.name}", which declares it, not to "${container.name}"`,
      ]
      : [];
  });
}

/** Two names may refer to one port. */
function sameNumber(ports: ModeInput["ports"]): string[] {
  const by = Map.groupBy(ports, ({ port, protocol }) => portText({ remote: port, protocol }));
  return [...by].flatMap(([text, same]) =>
    same.length > 1 ? [`${same.map(portText).join(" and ")} are the same port, ${text}`] : []
  );
}
