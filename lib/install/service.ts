import type { V1Service } from "@kubernetes/client-node";
import { WIREGUARD_NODE_PORT } from "../names.ts";
import type { ServiceOptions } from "./manifests.ts";

/** How Stowaway's service shall be: as it is where nothing else is wished. A node port that it has it keeps. Pure. */
export function serviceOptions(is: V1Service | undefined, wish: ServiceOptions | undefined): ServiceOptions {
  const [port] = is?.spec?.ports ?? [];
  const other = port?.nodePort !== undefined && port.nodePort !== WIREGUARD_NODE_PORT;
  return { ...(wish ?? asIs(is)), ...(other ? { anyNodePort: true } : {}) };
}

function asIs(service: V1Service | undefined): ServiceOptions {
  if (service?.spec?.type !== "LoadBalancer") return { type: "NodePort" };
  const port = service.spec.ports?.[0]?.port, annotations = service.metadata?.annotations;
  return { type: "LoadBalancer", ...(port ? { port } : {}), ...(annotations ? { annotations } : {}) };
}
