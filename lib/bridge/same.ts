/** Whether a bridge does what options ask for, so that it need not be made again. Pure. */
import type { GefyraBridge } from "../api/bridge.ts";
import { drainMsOf } from "../api/drain.ts";
import { sameMatch } from "../api/match.ts";
import { canonical } from "../canonical.ts";
import type { BridgeOptions } from "./validate.ts";

/** Without a container in the options, that of the bridge was chosen. */
export function isSame(
  { app, target, ports, match, mode, fallback = false, mirror = false, ...drain }: BridgeOptions,
  { spec }: Pick<GefyraBridge, "spec">,
): boolean {
  const { kind, name, container = spec.target.container } = target;
  const asked = { kind, name, container, app, ports, mode, fallback, mirror };
  const is = {
    ...{ kind: spec.target.kind, name: spec.target.name, container: spec.target.container },
    ...{ app: spec.destination.name, ports: spec.ports, mode: spec.mode },
    ...{ fallback: spec.fallback ?? false, mirror: spec.mirror ?? false },
  };
  if (drainMsOf(drain) !== drainMsOf(spec)) return false;
  const sameRules = match && spec.match ? sameMatch(match, spec.match) : !match && !spec.match;
  return sameRules && canonical(asked) === canonical(is);
}
