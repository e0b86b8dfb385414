/** Ports with `--match` that use TLS, whose requests cannot be read: as declared, and as seen. Pure. */
import type { V1ServicePort } from "@kubernetes/client-node";
import type { InterceptedPort } from "../api/bridge.ts";
import { servicePort, typedPort } from "../workload/ports.ts";
import { probesOf } from "../workload/probes.ts";
import type { ModeInput } from "./modes/mode.ts";

const TLS_NAME = /^(https|tls|wss|grpcs)(-|$)/;
const TLS_PROTOCOL = /^(https|tls|wss|kubernetes\.io\/wss)$/i;

/** A sentence for each such port; none without a match. */
export function encryptedNotes(
  { pod, container, ports, match }: ModeInput,
  servicePorts: V1ServicePort[] = [],
): string[] {
  if (!match) return [];
  const probed = new Set(probesOf(pod).flatMap(({ how, port }) => how === "https" && port ? [port] : []));
  return ports.flatMap((port) => {
    const service = servicePort(servicePorts, port);
    const own = container.ports?.find(({ containerPort }) => containerPort === port.port);
    const named = [own?.name, service?.name].find((name) => name && TLS_NAME.test(name));
    const declared = service?.appProtocol && TLS_PROTOCOL.test(service.appProtocol);
    const sign = probed.has(port.port)
      ? "a probe checks it over HTTPS"
      : named
      ? `it is named "${named}"`
      : declared
      ? `its appProtocol is "${service.appProtocol}"`
      : undefined;
    return sign ? [`port ${typedPort(port)} seems to speak TLS (${sign}): ${TAKES_NOTHING}`] : [];
  });
}

/** The effect of --match on such a port. */
const TAKES_NOTHING = "--match cannot read it, so the original gets all of it";

/** A sentence for each bridged port that received TLS; `spoken` is as Carrier reports it, e.g. `443-tls`. */
export function spokenNotes(spoken: string[], ports: InterceptedPort[]): string[] {
  return read(ports).filter(({ port }) => spoken.includes(`${port}-tls`)).map((port) =>
    `port ${typedPort({ ...port, remote: port.remote ?? port.port })} speaks TLS: ${TAKES_NOTHING}`
  );
}

/** Whether each of them has received traffic. */
export function isHeard(spoken: string[], ports: InterceptedPort[]): boolean {
  return read(ports).every(({ port }) => spoken.some((one) => one.startsWith(`${port}-`)));
}

/** Ports whose requests are inspected. */
const read = (ports: InterceptedPort[]) =>
  ports.filter(({ remote, path }) => remote !== undefined && path === "http");
