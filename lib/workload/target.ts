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

/** What a target is for, in errors. */
export interface TargetUse {
  /** e.g. `bridge`. */
  action: string;
  /** The option that names it; empty for an argument. */
  option: string;
}

/** `KIND/NAME[/CONTAINER]`, the kind by any of kubectl's names. */
export function parseTarget(
  text: string,
  { action, option }: TargetUse = { action: "bridge", option: "--target" },
): Target {
  const [kindName = "", name = "", container, ...rest] = text.split("/");
  const kind = kindOf(kindName);
  if (kind && name && container !== "" && rest.length === 0) return { kind, name, container };
  const state = kind
    ? "it is not KIND/NAME or KIND/NAME/CONTAINER"
    : `"${kindName}" is not a kind of workload, pod or service`;
  throw new GefyraError("target-invalid", `Cannot ${action} "${text}": ${state}`, {
    exit: "usage",
    hint: `write e.g. ${
      option ? `${option} ` : ""
    }deployment/my-app/my-container; deployments, statefulsets, daemonsets, replicasets, pods and services can be named`,
  });
}

/** For people, e.g. `deployment/web`. */
export function targetText({ kind, name, container }: Target): string {
  return [kind.toLowerCase(), name, ...(container ? [container] : [])].join("/");
}
