/**
 * Mode "replace": the image of the running container is patched to Carrier's, and nothing else. The pod's `command`,
 * user, probes and limits stay, so Carrier must work with them.
 */
import type { V1Container } from "@kubernetes/client-node";
import standIns from "../../../images/carrier/stand-ins.json" with { type: "json" };
import { declares, declaring } from "../../workload/ports.ts";
import { type NamedProbe, probesOf } from "../../workload/probes.ts";
import type { PodPort } from "../../workload/services.ts";
import type { Mode, ModeInput, PortPlan, ProbePlan } from "./mode.ts";

export const replace: Mode = {
  name: "replace",
  plan(input) {
    const { pod, container } = input;
    const probes = probesOf(pod);
    const own = probes.filter((probe) => probe.container === container.name);
    const reasons = [
      ...optionReasons(input),
      ...commandReasons(container),
      ...hookReasons(container),
      ...own.flatMap(probeReasons),
    ];
    if (reasons.length) return { mode: undefined, reasons };
    const ports = plannedPorts(input, own, probes);
    const served = new Set(ports.flatMap(({ port, protocol }) => protocol === "TCP" ? [port] : []));
    return {
      mode: "replace",
      container: container.name,
      ports,
      probes: probes.map((probe) => probePlan(probe, served)),
      restarts: 1,
    };
  },
};

function optionReasons({ sidecar, match, fallback, mirror, container }: ModeInput): string[] {
  const reasons: string[] = [];
  if (sidecar) {
    reasons.push(`"${container.name}" is a sidecar (an init container), which needs mode beside`);
  }
  if (match) {
    reasons.push("--match needs mode beside: requests that do not match go to the original, which must run");
  }
  if (fallback) reasons.push("--fallback needs mode beside: the original must run");
  if (mirror) reasons.push("--mirror needs mode beside: the original answers, and must run");
  return reasons;
}

/** Carrier's image has executables under many common names, which start Carrier. */
function commandReasons({ command }: V1Container): string[] {
  const program = command?.[0];
  if (program === undefined) return [];
  const slash = program.lastIndexOf("/");
  const directory = slash <= 0 ? "/" : program.slice(0, slash), name = program.slice(slash + 1);
  const known = standIns.names.includes(name) && (slash < 0 || standIns.directories.includes(directory));
  return known ? [] : [`its command "${program}" is not one that Carrier can stand in for`];
}

function hookReasons({ lifecycle }: V1Container): string[] {
  const { exec, httpGet, tcpSocket } = lifecycle?.postStart ?? {};
  if (exec) return ["its postStart hook runs a program of the original image"];
  // The kubelet kills a container whose hook fails.
  if (httpGet ?? tcpSocket) return ["its postStart hook calls a port before Carrier can serve it"];
  return [];
}

function probeReasons({ name, how, port, elsewhere }: NamedProbe): string[] {
  if (how === "exec") return [`its ${name} probe runs a program of the original image (exec)`];
  if (elsewhere) return [];
  if (how === "https") return [`its ${name} probe uses HTTPS`];
  if (port === undefined) return [`its ${name} probe checks a port that the container does not declare`];
  return [];
}

/**
 * Ports with an httpGet or grpc probe are served as HTTP, so that Carrier can answer the probe itself. So are all ports
 * in a mesh: the proxy sends the kubelet's probes on, and the pod's spec then has the proxy's port.
 */
function plannedPorts(input: ModeInput, own: NamedProbe[], all: NamedProbe[]): PortPlan[] {
  const { ports, mesh } = input;
  const http = new Set(
    all.flatMap(({ how, port }) => (how === "httpGet" || how === "grpc") && port ? [port] : []),
  );
  const path = (port: number) => mesh || http.has(port) ? "http" as const : "stream" as const;
  const bridged = ports.map(({ remote, port, local, protocol }) => ({
    remote,
    port,
    local,
    protocol,
    path: protocol === "TCP" ? path(port) : "stream" as const,
  }));
  const probed = [...new Set(own.flatMap(({ port }) => port ?? []))]
    .filter((port) => !bridged.some((one) => one.port === port && one.protocol === "TCP"))
    .filter((port) => isOwn(input, { port, protocol: "TCP" }))
    .map((port) => ({
      remote: undefined,
      port,
      local: undefined,
      protocol: "TCP" as const,
      path: path(port),
    }));
  return [...bridged, ...probed];
}

/**
 * A probe of one container may check a port of another one, where Carrier cannot listen: a port that another container
 * declares, or that none declares in a pod in which a mesh's proxy answers probes.
 */
function isOwn({ pod, container, mesh }: ModeInput, port: PodPort): boolean {
  if (declares(container, port)) return true;
  return declaring(pod, port).length === 0 && !mesh;
}

function probePlan({ container, name, how, asks, port }: NamedProbe, served: Set<number>): ProbePlan {
  const answeredBy = port !== undefined && served.has(port) ? "carrier" : "untouched";
  return { container, name, how, asks, answeredBy };
}
