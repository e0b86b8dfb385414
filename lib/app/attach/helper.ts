/** The helper of an attached container: it runs images/cargo/attach in the container's network namespace. Pure. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import { hostIn, hosts } from "../../config/addresses.ts";
import { attachedCorefile } from "../../config/attached-dns.ts";
import { type Connection, connectionLabels } from "../../connection/connection.ts";
import { contract } from "../../contract.ts";
import { APP_LABEL, APP_NAMESPACE_LABEL, ATTACHED_LABEL } from "../../names.ts";

export interface Attachment {
  /** Of the container. */
  id: string;
  name: string;
  namespace: string;
  /** The cluster's. */
  domain: string;
  /** CIDRs that the tunnel leads to. */
  routes: string[];
  /** The container's default gateway; absent if it has none. */
  gateway?: string | undefined;
}

export const attachHelperOf = (container: string) => `gefyra-attach-${container}`;

export function attachHelper(
  connection: Connection,
  { id, name, namespace, domain, routes, gateway }: Attachment,
  image: string,
): ContainerCreateOptions {
  const cargo = hostIn(connection.subnet, hosts.gateway);
  const { attachVariables: variable } = contract;
  const settings: Record<string, string | number> = {
    [variable.subnet]: connection.subnet,
    [variable.cargo]: cargo,
    [variable.bridge]: hostIn(connection.subnet, hosts.bridge),
    [variable.routes]: routes.join(","),
    [variable.default]: gateway ?? "none",
    [variable.port]: contract.ports.attachedDns,
    [variable.corefile]: attachedCorefile({ namespace, domain, cargo }),
  };
  return {
    name: attachHelperOf(name),
    Image: image,
    Entrypoint: [contract.paths.attach, "run"],
    // By the group it tells its own queries from those of the container.
    User: `0:${contract.attachGroup}`,
    Labels: {
      ...connectionLabels(connection.name, "attach"),
      [ATTACHED_LABEL]: id,
      [APP_LABEL]: name,
      [APP_NAMESPACE_LABEL]: namespace,
    },
    Env: Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    HostConfig: {
      NetworkMode: `container:${id}`,
      CapDrop: ["ALL"],
      CapAdd: ["NET_ADMIN"],
      SecurityOpt: ["no-new-privileges"],
      // It ends when the container's namespace does, and Docker starts it in the next one.
      RestartPolicy: { Name: "unless-stopped" },
    },
  };
}

/** Whether two helpers do the same for one container, by their environments. */
export function sameHelper(one: string[], other: string[]): boolean {
  const { default: _gateway, ...variables } = contract.attachVariables;
  return Object.values(variables).every((name) => valueOf(one, name) === valueOf(other, name));
}

const valueOf = (env: string[], name: string): string | undefined =>
  env.find((one) => one.startsWith(`${name}=`));
