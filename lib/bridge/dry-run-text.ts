/** Formats a dry run. Pure. */
import { portText, typedPort } from "../workload/ports.ts";
import { targetText } from "../workload/target.ts";
import type { GefyraBridge } from "../api/bridge.ts";
import type { DryRun, DryRunPlan } from "./dry-run.ts";
import type { ModePlan, PortPlan, ProbePlan } from "../plan/modes/mode.ts";

const modes: Record<ModePlan["mode"], string> = {
  beside: "beside: the original keeps running",
  replace: "replace: Carrier replaces the original",
};

const paths: Record<PortPlan["path"], string> = {
  kernel: "in the kernel",
  stream: "through Nginx as bytes",
  http: "through Nginx as HTTP",
};

/** Of mirrored ports: without `--match`, none goes through Nginx. */
const copies: Record<PortPlan["path"], string> = {
  kernel: "a copy of each connection",
  stream: "a copy of each connection",
  http: "a copy of each request that matches, through Nginx as HTTP",
};

const answers: Record<ProbePlan["answeredBy"], string> = {
  original: "reaches the original",
  carrier: "answered by Carrier",
  untouched: "untouched",
};

export function dryRunText(
  { bridge, plans, notes, restarts, objects, missingRights }: DryRun,
): string {
  const { name = "", namespace = "" } = bridge.metadata ?? {};
  const lines = [
    ...entry("Bridge", `${name} in namespace ${namespace}`),
    ...entry("Target", targetText(bridge.spec.target)),
    ...plans.flatMap((group) => describeGroup(group, bridge)),
    ...entry("Notes", ...notes),
    ...entry("Restarts", restarts ? `${restarts}, and ${restarts} when the bridge is removed` : "0"),
    ...entry("Changes", ...objects.map(({ kind, name, change }) => `${kind} ${name} ${change}`)),
    ...entry(
      "Rights",
      ...(missingRights.length ? missingRights.map((one) => `missing: ${one}`) : ["all there"]),
    ),
  ];
  return lines.join("\n");
}

/** A heading, followed by one value per line. */
function entry(heading: string, ...values: string[]): string[] {
  return values.map((value, i) => `${(i ? "" : heading).padEnd(10)}${value}`);
}

function describeGroup({ pods, plan }: DryRunPlan, { spec }: GefyraBridge): string[] {
  const { ports, destination: { name: app }, mirror = false } = spec;
  const which = entry(
    "Pods",
    pods.length ? pods.join(", ") : "none now: the bridge activates when pods appear",
  );
  if (!plan) {
    return [
      ...which,
      ...entry("Mode", "chosen when the first pod appears"),
      ...entry("Ports", ...ports.map((port) => `${portText(port)} → ${app}:${port.local}`)),
    ];
  }
  if (!plan.mode) return [...which, ...entry("Mode", "none: cannot be bridged", ...plan.reasons)];
  const mode = mirror ? `${plan.mode}, mirror: the original answers` : modes[plan.mode];
  return [
    ...which,
    ...entry("Mode", `${mode}, container ${plan.container}`, ...plan.because.map(because)),
    ...entry("Ports", ...plan.ports.map((port) => describePort(port, app, mirror ? copies : paths))),
    ...entry("Probes", ...(plan.probes.length ? plan.probes.map(describeProbe) : ["none"])),
  ];
}

const because = (reason: string) => `not ${reason}`;

function describePort(
  { remote, port, local, protocol, path }: PortPlan,
  app: string,
  by: Record<PortPlan["path"], string>,
): string {
  const named = typedPort({ remote: remote ?? port, port, protocol });
  if (local === undefined) return `${named}: used by a probe only`;
  return `${named} → ${app}:${local}, ${by[path]}`;
}

function describeProbe({ container, name, how, asks, answeredBy }: ProbePlan): string {
  return `${name} of ${container} (${asks === undefined ? how : `${how} ${asks}`}): ${answers[answeredBy]}`;
}
