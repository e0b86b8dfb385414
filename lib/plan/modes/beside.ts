/**
 * mode "beside": Carrier joins the pod as an ephemeral container and redirects the bridged ports in the pod's own
 * network. The original keeps running, so its command, user and probes do not matter.
 */
import { type NamedProbe, probesOf } from "../../workload/probes.ts";
import { typedPort } from "../../workload/ports.ts";
import { admitsNetAdmin, enforcedLevel } from "../admission.ts";
import type { Mode, ModeInput, PortPlan, ProbePlan } from "./mode.ts";

export const beside: Mode = {
  name: "beside",
  plan(input) {
    const { pod, container, ports } = input;
    const reasons = reasonsAgainst(input);
    if (reasons.length) return { mode: undefined, reasons };
    const probes = probesOf(pod);
    return {
      mode: "beside",
      container: container.name,
      ports: ports.map(({ remote, port, local, protocol }) => ({
        remote,
        port,
        local,
        protocol,
        path: protocol === "UDP" ? "kernel" as const : pathOf(port, probes, input),
      })),
      probes: probes.map((probe) => probePlan(probe, ports)),
      restarts: 0,
    };
  },
};

function reasonsAgainst(input: ModeInput): string[] {
  const { pod, namespaceLabels, ports, mesh, match, fallback, mirror } = input;
  const reasons: string[] = [];
  if (!admitsNetAdmin(namespaceLabels)) {
    reasons.push(
      `the namespace enforces the Pod Security level "${
        enforcedLevel(namespaceLabels)
      }", which forbids NET_ADMIN`,
    );
  }
  if (pod.hostNetwork) {
    reasons.push("the pods use their node's network, whose rules would change for the whole node");
  }
  // Carrier would take packets before the proxy does, including what the mesh's policy refuses.
  if (mesh) {
    reasons.push(`the pods are in the mesh ${mesh.name} (${mesh.sign}), whose proxy it would bypass`);
  }
  const udp = ports.some(({ protocol }) => protocol === "UDP");
  if (udp && match) reasons.push("--match reads HTTP, which a UDP port does not carry");
  if (udp && fallback) {
    reasons.push("--fallback works with TCP only: UDP does not show whether a program listens");
  }
  if (udp && mirror) reasons.push("--mirror works with TCP only: it copies connections");
  if (fallback && mirror) {
    reasons.push("--fallback does not go with --mirror: the original answers all requests");
  }
  return [...reasons, ...encryptedProbes(input)];
}

/**
 * Without decrypting TLS, the kubelet cannot be told from other clients. With a match, traffic that is not HTTP reaches
 * the original, and so does that probe. A mirrored port's original answers all.
 */
function encryptedProbes({ pod, ports, match, mirror }: ModeInput): string[] {
  if (match || mirror) return [];
  return probesOf(pod).filter(({ how }) => how === "https").flatMap(({ container, name, port }) =>
    ports.filter((one) => one.protocol === "TCP" && one.port === port).map((one) =>
      `the ${name} probe of "${container}" checks port ${
        typedPort(one)
      } over HTTPS, and would reach the app container`
    )
  );
}

/**
 * The kernel redirects, unless traffic must be inspected to tell requests, or the kubelet, apart. On a mirrored port the
 * original answers the kubelet anyway.
 */
function pathOf(
  port: number,
  probes: NamedProbe[],
  { match, fallback, mirror }: ModeInput,
): PortPlan["path"] {
  if (mirror) return match ? "http" : "stream";
  const asked = new Set(probes.flatMap((probe) => probe.port === port ? [probe.how] : []));
  if (match || asked.has("httpGet") || asked.has("grpc")) return "http";
  return asked.size || fallback ? "stream" : "kernel";
}

function probePlan({ container, name, how, asks, port }: NamedProbe, ports: ModeInput["ports"]): ProbePlan {
  const bridged = ports.some((one) => one.protocol === "TCP" && one.port === port);
  // For a probe that only connects, Carrier's Nginx is enough.
  const answeredBy = !bridged ? "untouched" : how === "tcpSocket" ? "carrier" : "original";
  return { container, name, how, asks, answeredBy };
}
