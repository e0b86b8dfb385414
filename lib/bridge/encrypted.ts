/** What tells before anything comes that a port which is to be matched speaks TLS, in which no request can be read. Pure. */
import type { V1ServicePort } from "@kubernetes/client-node";
import { servicePort, typedPort } from "../workload/ports.ts";
import { probesOf } from "../workload/probes.ts";
import type { WayInput } from "./ways/way.ts";

const TLS_NAME = /^(https|tls|wss|grpcs)(-|$)/;
const TLS_PROTOCOL = /^(https|tls|wss|kubernetes\.io\/wss)$/i;

/** A sentence for each such port; none without a match. */
export function encryptedNotes(
  { pod, container, ports, match }: WayInput,
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
      ? "a probe asks it over HTTPS"
      : named
      ? `it is named "${named}"`
      : declared
      ? `its appProtocol is "${service.appProtocol}"`
      : undefined;
    return sign ? [`port ${typedPort(port)} seems to speak TLS (${sign}): ${TAKES_NOTHING}`] : [];
  });
}

/** What --match does there. */
export const TAKES_NOTHING = "--match cannot read it and takes nothing of it";
