/**
 * The variables that the kubelet makes of Services (k8s.io/kubernetes, pkg/kubelet/envvars): for each Service of the pod's
 * namespace if `enableServiceLinks` is not false, and for `kubernetes` always. Pure.
 */
import type { V1Service } from "@kubernetes/client-node";

export function serviceLinks(services: V1Service[]): Map<string, string> {
  return new Map(services.flatMap(linksOf));
}

function linksOf({ metadata, spec }: V1Service): [string, string][] {
  const address = spec?.clusterIP, ports = spec?.ports ?? [];
  const [first] = ports;
  if (!address || address === "None" || !first) return [];
  const prefix = variableName(metadata?.name ?? "");
  const host = address.includes(":") ? `[${address}]` : address;
  const named = ports.flatMap(({ name, port }): [string, string][] =>
    name ? [[`${prefix}_SERVICE_PORT_${variableName(name)}`, `${port}`]] : []
  );
  const links = ports.flatMap(({ port, protocol = "TCP" }, i): [string, string][] => {
    const lower = protocol.toLowerCase(), key = `${prefix}_PORT_${port}_${protocol}`;
    const url = `${lower}://${host}:${port}`;
    return [
      ...(i === 0 ? [[`${prefix}_PORT`, url] as [string, string]] : []),
      [key, url],
      [`${key}_PROTO`, lower],
      [`${key}_PORT`, `${port}`],
      [`${key}_ADDR`, address],
    ];
  });
  return [
    [`${prefix}_SERVICE_HOST`, address],
    [`${prefix}_SERVICE_PORT`, `${first.port}`],
    ...named,
    ...links,
  ];
}

const variableName = (name: string) => name.toUpperCase().replaceAll("-", "_");
