/** How connections that are open at a switch follow it. Pure. */
import { DRAIN_TIMEOUT_S } from "../names.ts";
import type { InterceptedPod } from "./bridge.ts";

export type Connections = NonNullable<InterceptedPod["connections"]>;

export interface DrainOptions {
  drainTimeoutSeconds?: number | undefined;
  keepConnections?: boolean | undefined;
}

/** How long connections that are never between requests may stay; `undefined` if all stay. */
export const drainMsOf = (
  { drainTimeoutSeconds = DRAIN_TIMEOUT_S, keepConnections = false }: DrainOptions,
): number | undefined => keepConnections ? undefined : drainTimeoutSeconds * 1000;

export function sumOf(all: Connections[]): Connections {
  const add = (key: keyof Connections) => all.reduce((sum, one) => sum + one[key], 0);
  return { moved: add("moved"), cut: add("cut"), open: add("open") };
}

/** e.g. `3 open connections moved, 1 was closed in use.`; empty if there were none. */
export function connectionsText({ moved, cut, open }: Connections, drainMs: number): string {
  const counts: [count: number, one: string, several: string][] = [
    [moved, "moved", "moved"],
    [cut, "was closed in use", "were closed in use"],
    [open, "is in use and will be closed", "are in use and will be closed"],
  ];
  const parts = counts.filter(([count]) => count > 0).map(([count, one, several], i) => {
    const noun = i === 0 ? ` open connection${count === 1 ? "" : "s"}` : "";
    return `${count}${noun} ${count === 1 ? one : several}`;
  });
  if (parts.length === 0) return "";
  return `${parts.join(", ")}${open ? ` within ${drainMs / 1000} s` : ""}.`;
}
