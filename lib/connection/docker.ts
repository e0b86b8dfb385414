/** The Docker objects of a connection. Pure. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions, NetworkCreateOptions } from "dockerode";
import {
  CLIENT_LABEL,
  CONTEXT_LABEL,
  GEFYRA_USER,
  HOST_GATEWAY,
  KUBECONFIG_LABEL,
  NAMESPACE_LABEL,
  RELAY_FOLDER,
} from "../names.ts";
import { containerSettings } from "../settings.ts";
import { hostIn, hosts, joinRange } from "../config/addresses.ts";
import { type Connection, connectionLabels, dockerNames } from "./connection.ts";
import { contract } from "../contract.ts";

/**
 * Docker gives the auxiliary address `DefaultGatewayIPv4` to every container of the network as its default gateway,
 * from its creation on, while the bridge keeps its own address (libnetwork, bridge driver). Cargo takes that address.
 */
export function networkOptions(connection: Connection): NetworkCreateOptions {
  return {
    Name: connection.network,
    Driver: "bridge",
    CheckDuplicate: true,
    IPAM: {
      Driver: "default",
      Config: [{
        Subnet: connection.subnet,
        Gateway: hostIn(connection.subnet, hosts.bridge),
        IPRange: joinRange(connection.subnet),
        AuxiliaryAddresses: { DefaultGatewayIPv4: hostIn(connection.subnet, hosts.gateway) },
      } as never],
    },
    Labels: {
      ...connectionLabels(connection.name, "network"),
      [CLIENT_LABEL]: connection.client,
      [CONTEXT_LABEL]: connection.context,
      [KUBECONFIG_LABEL]: connection.kubeconfig,
      [NAMESPACE_LABEL]: connection.namespace,
    },
  };
}

export function cargoOptions(connection: Connection, image: string): ContainerCreateOptions {
  const { cargo, volume, relay } = dockerNames(connection.name);
  return {
    name: cargo,
    Image: image,
    Hostname: cargo,
    Labels: connectionLabels(connection.name, "cargo"),
    Env: [
      `${contract.cargoVariables.gateway}=${hostIn(connection.subnet, hosts.gateway)}/24`,
      ...containerSettings,
    ],
    HostConfig: {
      CapAdd: ["NET_ADMIN"],
      NetworkMode: connection.network,
      RestartPolicy: { Name: "unless-stopped" },
      // Ports of the machine itself may lead to the cluster.
      ExtraHosts: [`${HOST_GATEWAY}:host-gateway`],
      Sysctls: { "net.ipv4.ip_forward": "1", "net.ipv4.conf.all.src_valid_mark": "1" },
      // WireGuard's private key lives here and nowhere else.
      Mounts: [
        { Type: "volume", Source: volume, Target: contract.paths.cargoState },
        { Type: "volume", Source: relay, Target: RELAY_FOLDER },
      ],
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [connection.network]: { IPAMConfig: { IPv4Address: hostIn(connection.subnet, hosts.cargo) } },
      },
    },
  };
}

/**
 * The local relay. In the host's network it reaches the API server as kubectl does: on the host's loopback, through
 * its VPN, with its resolver. It is bound to nothing there, and has no right: all it does is to connect.
 */
export function relayOptions({ name }: Connection, image: string): ContainerCreateOptions {
  const { relay } = dockerNames(name);
  return {
    name: relay,
    Image: image,
    Entrypoint: ["relay", "api"],
    User: `${GEFYRA_USER}:${GEFYRA_USER}`,
    Labels: connectionLabels(name, "relay"),
    ...(containerSettings.length ? { Env: containerSettings } : {}),
    HostConfig: {
      NetworkMode: "host",
      CapDrop: ["ALL"],
      ReadonlyRootfs: true,
      SecurityOpt: ["no-new-privileges"],
      RestartPolicy: { Name: "unless-stopped" },
      // The API server's address and the token come in files of this volume, the datagrams through a socket in it.
      Mounts: [{ Type: "volume", Source: relay, Target: RELAY_FOLDER }],
    },
  };
}
