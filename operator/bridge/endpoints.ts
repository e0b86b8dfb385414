/** The place of a pod in the EndpointSlices of its namespace. Pure. */
import type { V1Endpoint, V1EndpointSlice } from "@kubernetes/client-node";

/**
 * - `absent`: no Service leads to the pod;
 * - `alone`: it is the only pod of a Service;
 * - `last`: a Service has other pods, but none of them is ready;
 * - `among`: each of its Services has other ready pods.
 */
export type Standing = "absent" | "alone" | "last" | "among";

export function standing(slices: V1EndpointSlice[], uid: string): Standing {
  const services = new Map<string, V1Endpoint[]>();
  for (const { metadata, addressType, endpoints } of slices) {
    const service = `${metadata?.labels?.["kubernetes.io/service-name"]}/${addressType}`;
    services.set(service, [...services.get(service) ?? [], ...endpoints ?? []]);
  }
  const found = [...services.values()]
    .filter((endpoints) => endpoints.some((one) => isOf(one, uid) && isReady(one)))
    .map((endpoints) => endpoints.filter((one) => !isOf(one, uid)))
    .map((others) => others.length === 0 ? "alone" : others.some(isReady) ? "among" : "last");
  return (["alone", "last", "among"] as const).find((one) => found.includes(one)) ?? "absent";
}

/** The endpoints with the pod not ready; `undefined` if it is not ready already. */
export function endpointsWithout(endpoints: V1Endpoint[], uid: string): V1Endpoint[] | undefined {
  if (!endpoints.some((one) => isOf(one, uid) && isReady(one))) return undefined;
  return endpoints.map((one) =>
    isOf(one, uid) ? { ...one, conditions: { ...one.conditions, ready: false, serving: false } } : one
  );
}

export const isOf = ({ targetRef }: V1Endpoint, uid: string): boolean => targetRef?.uid === uid;
// The API says: an unknown state counts as ready.
const isReady = ({ conditions }: V1Endpoint) => conditions?.ready !== false;
