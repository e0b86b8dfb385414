/** Parses `--port`, and finds the port of a pod that it refers to. Pure. */
import type { V1Container, V1PodSpec, V1ServicePort } from "@kubernetes/client-node";
import { GefyraError } from "../errors.ts";
import type { BridgePort } from "../api/bridge.ts";
import { leadsTo, type PodPort } from "./services.ts";
import { servingContainers } from "./serving.ts";

/** A port's name in Kubernetes: at least one letter, so that no name is a number. */
const NAME = /^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** `REMOTE:LOCAL[/udp]`, or one number for both; REMOTE is a number or a port's name. */
export function parsePort(text: string): BridgePort {
  const [, remoteText = "", localText, protocol = "tcp"] =
    text.match(/^([^:/]*)(?::(\d{1,5}))?(?:\/(tcp|udp))?$/i) ?? [];
  const numbered = /^\d{1,5}$/.test(remoteText);
  const remote = numbered ? Number(remoteText) : remoteText;
  const local = Number(localText ?? (numbered ? remoteText : NaN));
  const valid = (port: number) => port >= 1 && port <= 65535;
  if ((typeof remote === "number" ? valid(remote) : NAME.test(remote)) && valid(local)) {
    return { remote, local, protocol: protocol.toUpperCase() as BridgePort["protocol"] };
  }
  throw new GefyraError(
    "port-invalid",
    `Cannot bridge port "${text}": it is not REMOTE:LOCAL with ports from 1 to 65535, or a port's name first`,
    {
      exit: "usage",
      hint:
        "the port in the cluster first, by number or name, the local one second, e.g. --port 80:8000, --port http:8000 or --port 53:5353/udp",
    },
  );
}

/** Parses all ports, and reports every duplicate. */
export function parsePorts(texts: string[]): BridgePort[] {
  const ports = texts.map(parsePort);
  const twice = ports.filter((port, i) => ports.findIndex((other) => portKey(other) === portKey(port)) < i);
  if (twice.length === 0) return ports;
  const names = [...new Set(twice.map(portText))].join(", ");
  throw new GefyraError("port-invalid", `Cannot bridge port "${names}": it is given twice`, {
    exit: "usage",
    hint: "each port of the target goes to one local port",
  });
}

/** Identifies a port of a bridge, for Stowaway's port and the status. */
export function portKey({ remote, protocol }: Pick<BridgePort, "remote" | "protocol">): string {
  return `${remote}/${protocol}`;
}

/** For people: `80`, `53/udp`. */
export function portText({ remote, protocol }: { remote: string | number; protocol: string }): string {
  return protocol === "TCP" ? `${remote}` : `${remote}/${protocol.toLowerCase()}`;
}

/** For people, as typed, with its number in the pod if that differs: `http (8080)`, `dns (53/udp)`. */
export function typedPort(
  { remote, port, protocol }: { remote: number | string; port: number; protocol: string },
): string {
  const number = portText({ remote: port, protocol });
  return remote === port ? number : `${remote} (${number})`;
}

export interface PortContext {
  container: V1Container;
  /** Ports of the Service that is the target: then `remote` is one of them. */
  servicePorts?: V1ServicePort[] | undefined;
}

/** The number of a bridge's port in a pod, or why it has none. */
export function resolvePort(
  port: BridgePort,
  { container, servicePorts }: PortContext,
): number | { reason: string } {
  // A headless Service may have no ports: its clients use the pods' ports.
  if (!servicePorts?.length) return numbered(container, port.remote, port.protocol);
  const found = servicePort(servicePorts, port);
  if (!found) return { reason: absent(port, servicePorts) };
  const wanted = numbered(container, found.targetPort ?? found.port, port.protocol);
  if (typeof wanted === "number") return wanted;
  return { reason: `port ${portText(port)} of the service leads to "${found.targetPort}": ${wanted.reason}` };
}

/** A port number need not be declared. */
function numbered(container: V1Container, wanted: number | string, protocol: string) {
  return typeof wanted === "number" ? wanted : namedPort(container, wanted, protocol);
}

/** Why ports of a bridge are not ports of the target Service, with the most likely correction. */
export function absentPorts(ports: BridgePort[], servicePorts: V1ServicePort[], pod: V1PodSpec): string[] {
  if (servicePorts.length === 0) return [];
  return ports.filter((port) => !servicePort(servicePorts, port)).map((port) => {
    const { remote, protocol } = port;
    const reason = absent(port, servicePorts);
    if (typeof remote === "string") return reason;
    const leading = servicePorts.find((one) => leadsTo(one, pod, { port: remote, protocol }));
    if (leading) return `${reason}; its port ${leading.port} leads to ${remote}: use that`;
    const owner = declaring(pod, { port: remote, protocol })[0];
    return owner
      ? `${reason}; container "${owner.name}" declares it: bridge the workload or a pod instead of the service`
      : reason;
  });
}

const absent = (port: BridgePort, servicePorts: V1ServicePort[]) =>
  `the service has no port ${portText(port)} (it has: ${servicePortsText(servicePorts)})`;

/** The containers that declare a port. */
export function declaring(pod: V1PodSpec, port: PodPort): V1Container[] {
  return servingContainers(pod).filter((container) => declares(container, port));
}

export function declares({ ports = [] }: V1Container, { port, protocol }: PodPort): boolean {
  return ports.some((one) => one.containerPort === port && protocolOf(one) === protocol);
}

export function servicePort(
  ports: V1ServicePort[],
  { remote, protocol }: BridgePort,
): V1ServicePort | undefined {
  return ports.find((one) =>
    (one.protocol ?? "TCP") === protocol && (one.port === remote || one.name === remote)
  );
}

/** A port number need not be declared, but one that is not among the declared ones is most likely a mistake. */
export function undeclared(container: V1Container, port: PodPort): string | undefined {
  if (!container.ports?.length || declares(container, port)) return undefined;
  return missing(container, portText({ remote: port.port, protocol: port.protocol }));
}

function namedPort(container: V1Container, name: string, protocol: string): number | { reason: string } {
  const found = container.ports?.find((one) => one.name === name);
  if (!found) return { reason: missing(container, `"${name}"`) };
  if (protocolOf(found) === protocol) return found.containerPort;
  const suffix = protocolOf(found) === "UDP" ? ': add "/udp"' : "";
  return {
    reason: `port "${name}" of container "${container.name}" is ${
      protocolOf(found)
    }, not ${protocol}${suffix}`,
  };
}

const protocolOf = ({ protocol = "TCP" }: { protocol?: string }) => protocol;

function missing({ name, ports = [] }: V1Container, what: string): string {
  const declared = ports.map((one) => {
    const text = portText({ remote: one.containerPort, protocol: protocolOf(one) });
    return one.name ? `${text} (${one.name})` : text;
  });
  return `container "${name}" has no port ${what} (it declares: ${declared.join(", ") || "none"})`;
}

function servicePortsText(ports: V1ServicePort[]): string {
  return ports.map(({ name, port, protocol = "TCP" }) => {
    const text = portText({ remote: port, protocol });
    return name ? `${text} (${name})` : text;
  }).join(", ");
}
