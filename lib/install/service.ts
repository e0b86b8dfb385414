import type { V1Service } from "@kubernetes/client-node";
import { messageOf } from "../errors.ts";
import { isNodePortTaken } from "../kube/api-errors.ts";
import { WIREGUARD_NODE_PORT } from "../names.ts";
import type { ServiceOptions } from "../config/install-options.ts";

/**
 * The desired options of Stowaway's service: unchanged unless requested otherwise. An existing node port stays. Pure.
 */
export function serviceOptions(is: V1Service | undefined, wish: ServiceOptions | undefined): ServiceOptions {
  const [port] = is?.spec?.ports ?? [];
  const other = port?.nodePort !== undefined && port.nodePort !== WIREGUARD_NODE_PORT;
  return { ...(wish ?? asIs(is)), ...(other ? { anyNodePort: true } : {}) };
}

export function asIs(service: V1Service | undefined): ServiceOptions {
  if (service?.spec?.type !== "LoadBalancer") return { type: "NodePort" };
  const port = service.spec.ports?.[0]?.port, annotations = service.metadata?.annotations;
  return { type: "LoadBalancer", ...(port ? { port } : {}), ...(annotations ? { annotations } : {}) };
}

/** Runs `write`; if another service has the node port, once more with one that the cluster picks. */
export async function withNodePort<T>(
  service: ServiceOptions,
  write: (service: ServiceOptions) => Promise<T>,
  debug: (text: string) => void,
): Promise<T> {
  try {
    return await write(service);
  } catch (error) {
    if (!isNodePortTaken(error)) throw error;
    debug(messageOf(error));
    return await write({ ...service, anyNodePort: true });
  }
}
