/** The downward API in `env`: fields of a pod and resources of a container. Pure. */
import type { V1Container, V1Pod, V1ResourceFieldSelector } from "@kubernetes/client-node";
import { bytesOf } from "./quantity.ts";

/** Values of `fieldRef`; `undefined` for one that is not known. */
export function podField(pod: V1Pod, path: string): string | undefined {
  const { metadata, spec, status } = pod;
  const [, kind, key = ""] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (kind === "labels") return metadata?.labels?.[key] ?? "";
  if (kind === "annotations") return metadata?.annotations?.[key] ?? "";
  const ips = (list: { ip?: string }[] | undefined) => list?.map(({ ip }) => ip).filter(Boolean).join(",");
  const fields: Record<string, string | undefined> = {
    "metadata.name": metadata?.name,
    "metadata.namespace": metadata?.namespace,
    "metadata.uid": metadata?.uid,
    "spec.nodeName": spec?.nodeName,
    "spec.serviceAccountName": spec?.serviceAccountName,
    "status.hostIP": status?.hostIP,
    "status.hostIPs": ips(status?.hostIPs) || status?.hostIP,
    "status.podIP": status?.podIP,
    "status.podIPs": ips(status?.podIPs) || status?.podIP,
  };
  return Object.hasOwn(fields, path) ? fields[path] || undefined : undefined;
}

/**
 * Values of `resourceFieldRef`, rounded up to the divisor. `undefined` for a limit that is not set: it is then what the
 * node can give.
 */
export function resourceField(
  container: V1Container,
  { resource, divisor }: Pick<V1ResourceFieldSelector, "resource" | "divisor">,
): string | undefined {
  const [kind, ...rest] = resource.split(".");
  const name = rest.join(".");
  const { limits, requests } = container.resources ?? {};
  const quantity = kind === "limits" ? limits?.[name] : requests?.[name];
  // A request that is not set equals its limit, or nothing (API defaults).
  const text = quantity ?? (kind === "requests" ? limits?.[name] ?? "0" : undefined);
  const value = bytesOf(text), unit = bytesOf(divisor) || 1;
  if (value === undefined) return undefined;
  // Decimal fractions such as 1.1 cores are not exact in binary.
  return `${Math.ceil(Math.round(value / unit * 1e6) / 1e6)}`;
}
