/** Converts the Docker API's networks and containers into Gefyra's types. Pure. */
// @ts-types="@types/dockerode"
import type Docker from "dockerode";
import type { Container, Labels, Network } from "./engine.ts";
import { gatewayOrder } from "./gateway.ts";

export function filter(labels: Labels) {
  return { label: Object.entries(labels).map(([key, value]) => value === "" ? key : `${key}=${value}`) };
}

export function toNetwork(info: Docker.NetworkInspectInfo): Network {
  return {
    id: info.Id,
    name: info.Name,
    labels: info.Labels ?? {},
    internal: info.Internal ?? false,
    subnets: (info.IPAM?.Config ?? []).flatMap((c) => c.Subnet && !c.Subnet.includes(":") ? [c.Subnet] : []),
    containers: Object.entries(info.Containers ?? {}).map(([id, c]) => ({
      id,
      name: c.Name,
      ipv4: c.IPv4Address.split("/")[0] || undefined,
    })),
  };
}

export function toContainer(info: Docker.ContainerInfo): Container {
  const networks = info.NetworkSettings?.Networks ?? {};
  const addresses = Object.entries(networks)
    .flatMap(([name, endpoint]) => endpoint.IPAddress ? [[name, endpoint.IPAddress]] : []);
  return {
    id: info.Id,
    name: info.Names[0]?.replace(/^\//, "") ?? info.Id,
    image: info.Image,
    state: info.State,
    status: info.Status,
    labels: info.Labels ?? {},
    addresses: Object.fromEntries(addresses),
    gateways: gatewayOrder(networks),
  };
}
