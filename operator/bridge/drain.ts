/**
 * When a pod may lose its container: once no Service leads to it. The kubelet stops a container first and
 * reports only later that the pod is not ready. Nothing has to be reverted: the controllers that own the EndpointSlices
 * and the pod's status correct both by themselves. Pure.
 *
 * Decision 012.
 *
 * 1. The pod's endpoints in the EndpointSlices become not ready. The EndpointSlice controller reverts a foreign change
 *    1 s later (`endpointSliceChangeMinSyncDelay`), unless the pod itself is not ready by then.
 * 2. The image is changed before that second has passed.
 * 3. The pod becomes not ready as soon as the kubelet has seen the image: in that moment it writes the whole status
 *    (from v1.34 on), and again when the container has ended.
 */
import type { V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import type { Standing } from "./endpoints.ts";

/**
 * After a change of its own the EndpointSlice controller works on the slices once more; and kube-proxy pauses for a second
 * after it has written its rules.
 */
const QUIET_MS = 1600;
/** After that time without being ready again, the pod is not ready by itself. */
const READY_AGAIN_MS = 2500;
export const INTERVAL_MS = 100;
const LONGEST_MS = 12_000;

export interface Drain {
  /** Unix milliseconds: of the first pass. */
  began: number;
  /** Of the last change to the EndpointSlices, and their generations after it. */
  changed: number;
  generations: string;
  /** Of the last time that the operator made the endpoints not ready. */
  left?: number;
}

/** Changes before the first pass are known to the second. */
export function observe(known: Drain | undefined, slices: V1EndpointSlice[], now: number): Drain {
  const generations = slices.map(({ metadata }) => `${metadata?.uid}/${metadata?.generation}`).sort().join();
  if (known) return known.generations === generations ? known : { ...known, generations, changed: now };
  const writes = slices.flatMap(({ metadata }) => metadata?.managedFields ?? []);
  const last = Math.max(0, ...writes.map(({ time }) => time ? new Date(time).getTime() + 1000 : 0));
  return { began: now, generations, changed: Math.min(now, last) };
}

/** `go`: change the image; `leave`: take the pod out of its Services; a number: milliseconds to wait. */
export function nextStep(
  { began, changed, left }: Drain,
  is: Standing,
  now: number,
): "go" | "leave" | number {
  // No other pod could answer, or no Service leads to this one.
  if (is === "alone" || (is === "absent" && !left)) return "go";
  if (now - began >= LONGEST_MS) return "go";
  if (left && is === "absent") return now - left >= READY_AGAIN_MS ? "go" : INTERVAL_MS;
  if (is === "last" || now - changed < QUIET_MS) return INTERVAL_MS;
  return "leave";
}

/** The kubelet overwrites foreign conditions until it has seen the new image. */
export function reportsReady({ metadata, status }: V1Pod): boolean {
  const generation = metadata?.generation ?? 0;
  if ((status?.observedGeneration ?? generation) < generation) return false;
  return (status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");
}
