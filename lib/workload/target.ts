/** Parses `--target`. Pure. */
import { GefyraError } from "../errors.ts";
import { kindOf } from "../api/kinds.ts";

export interface Target {
  /** As in Kubernetes, e.g. `Deployment`. */
  kind: string;
  name: string;
  /** Absent for the only container, or the one that the Service's port leads to. */
  container?: string | undefined;
}

/** `KIND/NAME[/CONTAINER]`, the kind by any of kubectl's names. */
export function parseTarget(text: string): Target {
  const [kindName = "", name = "", container, ...rest] = text.split("/");
  const kind = kindOf(kindName);
  if (kind && name && container !== "" && rest.length === 0) return { kind, name, container };
  const state = kind
    ? "it is not KIND/NAME or KIND/NAME/CONTAINER"
    : `"${kindName}" is not a kind that can be bridged`;
  throw new GefyraError("target-invalid", `Cannot bridge "${text}": ${state}`, {
    exit: "usage",
    hint:
      "write e.g. --target deployment/my-app/my-container; deployments, statefulsets, daemonsets, replicasets, pods and services can be bridged",
  });
}

/** For people, e.g. `deployment/web`. */
export function targetText({ kind, name, container }: Target): string {
  return [kind.toLowerCase(), name, ...(container ? [container] : [])].join("/");
}
