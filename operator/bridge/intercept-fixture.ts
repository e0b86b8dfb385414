/** For the tests of what the operator does to the pods of a target. */
import type { V1Pod } from "@kubernetes/client-node";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { type PodState, podStates } from "../../lib/api/phases.ts";
import type { ModePlan } from "../../lib/plan/modes/mode.ts";
import { bridgeOf, dueIn, fixture, recordOf } from "./fixture.ts";
import { interceptPods } from "./pods.ts";

export const replace: ModePlan = {
  mode: "replace",
  container: "web",
  because: [],
  notes: [],
  ports: [{ remote: 80, port: 80, local: 8000, protocol: "TCP", path: "stream" }],
  probes: [],
  restarts: 1,
};

export const beside: ModePlan = {
  ...replace,
  mode: "beside",
  restarts: 0,
  ports: [{ remote: 80, port: 80, local: 8000, protocol: "TCP", path: "kernel" }],
};

/** Of a pod whose container is replaced. */
export const replaced = (name: string, state: PodState = podStates.active): InterceptedPod =>
  recordOf(name, {
    ...{ mode: "replace", state, originalImage: "nginx:1", originalContainer: `${name}-original` },
    ports: [{ remote: 80, port: 80, protocol: "TCP", path: "stream" }],
  });

interface Fields {
  plan?: ModePlan;
  exec?: () => number;
  denied?: unknown;
}

/** An operator that remembers; each call is one pass over the pods. */
export function interception({ plan = replace, exec = () => 0, denied }: Fields = {}) {
  const { context, bridge, set, events, images } = fixture({
    bridge: bridgeOf([]),
    exec,
    denied,
    describe: ({ pods }) => `status: ${pods?.map(({ name }) => name)}`,
  });
  return async (pods: V1Pod[], records: InterceptedPod[] = []) => {
    set({ pods, records });
    const { records: taken, error, ...next } = await interceptPods(context, {
      bridge: bridge(),
      pods: pods.map((pod) => ({ pod, plan })),
      stowaway: "10.0.0.9",
      ensureForwards: () => Promise.resolve(),
      templateImage: () => "nginx:template",
    });
    if (error) throw error;
    return { taken, events: events(), due: dueIn(next), images };
  };
}

/** One pass of an operator that remembers nothing. */
export const intercept = (pods: V1Pod[], records: InterceptedPod[] = [], fields: Fields = {}) =>
  interception(fields)(pods, records);
