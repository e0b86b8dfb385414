/** What `gefyra apply` has to do: the difference between the file and what exists. Pure. */
import type { GefyraBridge } from "../api/bridge.ts";
import { isSame } from "../bridge/same.ts";
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

/** `replaced`: its app is made again, and has another address. */
export function bridgeChange(
  wanted: BridgeOptions,
  found: GefyraBridge | undefined,
  replaced: boolean,
): Change {
  if (!found) return "create";
  return !replaced && isSame(wanted, found) ? "none" : "replace";
}
