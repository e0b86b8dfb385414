import type { V1Service } from "@kubernetes/client-node";
import { GefyraError } from "../errors.ts";
import { STOWAWAY, WIREGUARD_NODE_PORT } from "../names.ts";
import type { ServiceOptions } from "../config/install-options.ts";
import { type Found, isPermanent } from "../uninstall/ownership.ts";

/**
 * The desired options of Stowaway's service: unchanged unless requested otherwise. An existing node port stays. Pure.
 */
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

/** Refuses to change the service of an administrator's installation. Pure. */
export function refuseServiceChange(found: Found, wish: ServiceOptions | undefined): void {
  if (!wish || !isPermanent(found)) return;
  const is = asIs(found.find(({ kind }) => kind === "Service") as V1Service | undefined);
  const fits = is.type === wish.type && (!wish.port || wish.port === is.port) &&
    Object.entries(wish.annotations ?? {}).every(([key, value]) => is.annotations?.[key] === value);
  if (fits) return;
  throw new GefyraError(
    "installation-permanent",
    `Cannot change service "${STOWAWAY}": an administrator installed it, as ${is.type}`,
    {
      exit: "refused",
      hint: "omit --service-type, --service-port and --service-annotation, or ask the administrator",
    },
  );
}
