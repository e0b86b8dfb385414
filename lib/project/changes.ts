/** What `gefyra apply` has to do: the difference between the file and what exists. Pure. */
import type { GefyraBridge } from "../api/bridge.ts";
import type { BridgeOptions } from "../bridge/validate.ts";

export type Change = "create" | "replace" | "start" | "none";

export interface AppFound {
  name: string;
  state: string;
  /** The hash of what the file said when it was created; absent if `gefyra run` created it. */
  applied: string | undefined;
}

/** `undefined`: the app exists, and is not the file's. */
export function appChange(hash: string, found: AppFound | undefined): Change | undefined {
  if (!found) return "create";
  if (found.applied === undefined) return undefined;
  if (found.applied !== hash) return "replace";
  return ["running", "restarting"].includes(found.state) ? "none" : "start";
}

/** `replaced`: its app is created anew, and has another address. */
export function bridgeChange(
  wanted: BridgeOptions,
  found: GefyraBridge | undefined,
  replaced: boolean,
): Change {
  if (!found) return "create";
  return !replaced && isSame(wanted, found) ? "none" : "replace";
}

/** Whether a bridge does what the options ask for. Without a container in them, that of the bridge was chosen. */
export function isSame(
  { app, target, ports, match, mode, fallback }: BridgeOptions,
  { spec }: GefyraBridge,
): boolean {
  const container = target.container ?? spec.target.container;
  const asked = {
    kind: target.kind,
    name: target.name,
    container,
    app,
    ports,
    match,
    mode,
    fallback: fallback ?? false,
  };
  const is = {
    ...{ kind: spec.target.kind, name: spec.target.name, container: spec.target.container },
    ...{ app: spec.destination.name, ports: spec.ports, match: spec.match, mode: spec.mode },
    fallback: spec.fallback ?? false,
  };
  return canonical(asked) === canonical(is);
}

/** JSON with sorted keys: the API server returns them in an order of its own. */
export function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
        : part,
  );
}
