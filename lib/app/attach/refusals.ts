/** What keeps a container from being attached. Pure. */
// @ts-types="@types/dockerode"
import type { ContainerInspectInfo } from "dockerode";
import { overlaps } from "../../config/addresses.ts";
import { LONGEST } from "../../api/object-names.ts";
import type { Network } from "../../docker/engine.ts";
import { gatewayOrder } from "../../docker/gateway.ts";
import { CONNECTION_LABEL, LAB_LABEL, ROLE_LABEL } from "../../names.ts";

/** The fields that are used. */
export type Foreign =
  & Pick<ContainerInspectInfo, "Name" | "State">
  & {
    Config: Pick<ContainerInspectInfo["Config"], "Labels">;
    HostConfig: Pick<
      ContainerInspectInfo["HostConfig"],
      "NetworkMode" | "PortBindings" | "PublishAllPorts"
    >;
    NetworkSettings: Pick<ContainerInspectInfo["NetworkSettings"], "Networks">;
  };

export interface Surroundings {
  /** The connection's network. */
  network: string;
  /** All of this engine. */
  networks: Pick<Network, "name" | "internal">[];
  /** The engine's, e.g. `20.10.24`. */
  version: string;
}

export interface Refusal {
  /** Follows the container's name. */
  state: string;
  hint: string;
}

export const nameOf = ({ Name }: Pick<Foreign, "Name">): string => Name.replace(/^\//, "");

/** All that is wrong; of a kind of network that cannot be joined, nothing else is said. */
export function refusals(container: Foreign, around: Surroundings): Refusal[] {
  const own = ownership(container) ?? modeRefusal(container);
  if (own) return [own];
  return [
    nameRefusal(container),
    stateRefusal(container),
    networkRefusal(container, around),
    portRefusal(container, around),
  ].flatMap((one) => one ?? []);
}

function ownership({ Config: { Labels = {} } }: Foreign): Refusal | undefined {
  if (Labels[ROLE_LABEL] === "app") {
    return { state: "it is an app container already", hint: "bridge it as it is (`gefyra bridge`)" };
  }
  if (CONNECTION_LABEL in Labels || LAB_LABEL in Labels) {
    return { state: "it is a part of Gefyra", hint: "attach containers of your own" };
  }
  return undefined;
}

/** Docker joins no further network to these. */
function modeRefusal({ HostConfig }: Foreign): Refusal | undefined {
  const mode = HostConfig.NetworkMode ?? "";
  if (mode.startsWith("container:")) {
    const other = mode.slice("container:".length);
    return { state: "it uses another container's network", hint: `attach that one: ${other.slice(0, 12)}` };
  }
  const kinds: Record<string, string> = {
    host: "it uses the machine's network",
    none: "it has no network (mode none)",
  };
  const state = kinds[mode];
  return state
    ? { state, hint: "start it in a Docker network of its own (`docker network create`)" }
    : undefined;
}

function nameRefusal(container: Foreign): Refusal | undefined {
  const { length } = nameOf(container);
  if (length <= LONGEST) return undefined;
  return { state: `its name has ${length} characters`, hint: `rename it, to ${LONGEST} at most` };
}

function stateRefusal(container: Foreign): Refusal | undefined {
  const { Status } = container.State, name = nameOf(container);
  if (Status === "running") return undefined;
  const verb = Status === "paused" ? "unpause" : "start";
  return { state: `it is ${Status}`, hint: `\`docker ${verb} ${name}\` first` };
}

function networkRefusal(container: Foreign, { network, networks }: Surroundings): Refusal | undefined {
  const { Networks } = container.NetworkSettings, name = nameOf(container);
  if (network in Networks) {
    return {
      state: `it has joined network "${network}" without Gefyra`,
      hint: `\`docker network disconnect ${network} ${name}\` first`,
    };
  }
  if (Object.keys(Networks).join() === "bridge") {
    return {
      state: 'Docker would replace its resolv.conf for good, because it is in the network "bridge" only',
      hint: `give it a network that you made (\`docker network connect NETWORK ${name}\`), as Compose does`,
    };
  }
  const strange = Object.entries(Networks).find(([one, { Gateway }]) =>
    !Gateway && !networks.find(({ name }) => name === one)?.internal
  );
  if (!strange || container.State.Status !== "running") return undefined;
  return {
    state: `its network "${strange[0]}" has no gateway, so its way out cannot be kept`,
    hint: "start it in a network of the driver bridge",
  };
}

/** From this version on, a container's networks have priorities. */
const PRIORITIES = 28;

/**
 * Before, Docker moves the published ports to the network that sorts first, Gefyra's, and gives a port of its own choice
 * another number.
 */
function portRefusal(container: Foreign, around: Surroundings): Refusal | undefined {
  const { HostConfig: { PortBindings, PublishAllPorts }, NetworkSettings: { Networks } } = container;
  const order = gatewayOrder({ ...Networks, [around.network]: { Gateway: "." } });
  if (parseInt(around.version) >= PRIORITIES || order[0] !== around.network) return undefined;
  const bindings = Object.entries((PortBindings ?? {}) as Record<string, { HostPort?: string }[] | null>);
  const loose = bindings.flatMap(([port, hosts]) =>
    (hosts ?? []).some(({ HostPort = "" }) => !/^[1-9]\d*$/.test(HostPort)) ? [port] : []
  );
  if (loose.length === 0 && !PublishAllPorts) return undefined;
  return {
    state: `Docker ${around.version} would publish ${
      loose.join(", ") || "its ports"
    } on another port of the machine`,
    hint: "publish it on a port that you name (`docker run -p HOST:CONTAINER`), or use Docker 28",
  };
}

/** The container's own networks keep their routes. `routes`: CIDRs of the cluster. */
export function overlapNotes(
  name: string,
  networks: Pick<Network, "name" | "subnets">[],
  routes: string[],
): string[] {
  return networks.flatMap((network) => {
    const hidden = routes.filter((route) => network.subnets.some((subnet) => overlaps(subnet, route)));
    if (hidden.length === 0) return [];
    return [
      `in ${hidden.join(", ")}, container "${name}" reaches its Docker network "${network.name}" ` +
      `(${network.subnets.join(", ")}) where both have an address, and not the cluster`,
    ];
  });
}

/** The gateway of its default route; `undefined` if it has none. */
export function gatewayOf(container: Foreign, { networks }: Surroundings): string | undefined {
  const { Networks } = container.NetworkSettings;
  const first = gatewayOrder(Networks).find((one) => !networks.find(({ name }) => name === one)?.internal);
  return first && Networks[first]?.Gateway;
}
