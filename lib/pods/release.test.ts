import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../kube/cluster.ts";
import type { GefyraBridge, InterceptedPod } from "../api/bridge.ts";
import type { Match } from "../api/match.ts";
import { sharesOf, silentPorts } from "../config/shares.ts";
import { releaseShare } from "./release.ts";

const IMAGE = "gefyra/carrier:1";

const record = (more: Partial<InterceptedPod> = {}): InterceptedPod => ({
  ...{ name: "web-1", uid: "1", mode: "beside", container: "web", state: "Active", carrierContainer: "c1" },
  ports: [{ remote: 80, port: 80, protocol: "TCP", path: "kernel" }],
  ...more,
});

interface Fields {
  at?: string;
  deleted?: boolean;
  match?: Match;
  pods?: InterceptedPod[];
}

const bridge = (
  name: string,
  { at = "10:00", deleted = false, match, pods = [record()] }: Fields = {},
): GefyraBridge => ({
  metadata: {
    ...{ name, namespace: "shop", uid: `uid-${name}`, creationTimestamp: `2030-01-01T${at}:00Z` as never },
    ...(deleted ? { deletionTimestamp: "2030-01-02T00:00:00Z" as never } : {}),
  },
  spec: {
    client: "me",
    target: { kind: "Deployment", name: "web" },
    ports: [],
    ...(match ? { match } : {}),
    destination: { name: "app", address: "198.18.1.10" },
  },
  status: {
    phase: "Active",
    ports: [{ remote: 80, protocol: "TCP", stowaway: 10000 }],
    pods,
  },
});

Deno.test("a bridge has a share of a Carrier while it uses it", () => {
  const other = record({ uid: "2" });
  const instead = record({ mode: "replace", container: "api" });
  const rule = (value: string): Match => [[{ kind: "path", operator: "Regex", value }]];
  const table: [string, GefyraBridge, InterceptedPod, boolean][] = [
    ["it is beside in the pod", bridge("b"), record(), true],
    ["beside another container of the pod", bridge("b"), record({ container: "api" }), true],
    ["in another pod", bridge("b", { pods: [other] }), record(), false],
    ["it is being deleted", bridge("b", { deleted: true }), record(), false],
    ["it has a match", bridge("b", { match: rule("^/a") }), record(), true],
    ["its match is none any more", bridge("b", { match: rule("(?<=/)a") }), record(), false],
    ["its client is silent", bridge("b", { pods: [record({ state: "Suspended" })] }), record(), false],
    ["it could not take the pod", bridge("b", { pods: [record({ state: "Failed" })] }), record(), false],
    ["the original serves again", bridge("b", { pods: [record({ state: "Restored" })] }), record(), false],
    ["the pod has left it", bridge("b", { pods: [record({ state: "Restoring" })] }), record(), false],
    ["it takes the pod", bridge("b", { pods: [record({ state: "Switching" })] }), record(), true],
    ["it has no pods yet", bridge("b", { pods: [] }), record(), false],
    ["Carrier replaces a container of the pod", bridge("b", { pods: [instead] }), record(), false],
    ["Carrier is beside, another replaces a container", bridge("b"), instead, false],
    ["it replaces this container", bridge("b", { pods: [instead] }), instead, true],
    ["it replaces another", bridge("b", { pods: [instead] }), { ...instead, container: "db" }, false],
  ];
  for (const [name, one, of, expected] of table) {
    assert.equal(sharesOf([one], "shop", of).length === 1, expected, name);
  }
});

Deno.test("a record of another namespace has no share, whatever uid it names", () => {
  assert.deepEqual(sharesOf([bridge("b")], "other", record()), []);
});

Deno.test("Stowaway's ports of a bridge whose client is silent are known, while it has the pod", () => {
  const suspended = record({ state: "Suspended" });
  const table: [string, GefyraBridge, number[]][] = [
    ["its client is silent", bridge("b", { pods: [suspended] }), [10000]],
    ["it serves", bridge("b"), []],
    ["in another pod", bridge("b", { pods: [{ ...suspended, uid: "2" }] }), []],
  ];
  for (const [name, one, ports] of table) assert.deepEqual(silentPorts([one], "shop", record()), ports, name);
});

Deno.test("shares come by age, so that the same bridges always make the same configuration", () => {
  const bridges = [bridge("young", { at: "11:00" }), bridge("b"), bridge("a")];
  const names = (all: GefyraBridge[]) => sharesOf(all, "shop", record()).map((share) => share.bridge);
  assert.deepEqual(names(bridges), ["a", "b", "young"]);
  assert.deepEqual(names(bridges.toReversed()), ["a", "b", "young"]);
});

interface Found {
  /** Of Carrier; `undefined`: no Carrier. */
  state?: "running" | "waiting" | "terminated";
  uid?: string;
  deleted?: boolean;
  phase?: string;
}

function podWith({ state, uid = "1", deleted = false, phase = "Running" }: Found): V1Pod {
  const carrier = { name: "gefyra-carrier", image: IMAGE };
  return {
    metadata: { name: "web-1", uid, ...(deleted ? { deletionTimestamp: new Date() } : {}) },
    spec: { containers: [], ...(state ? { ephemeralContainers: [carrier] } : {}) },
    status: {
      phase,
      podIP: "10.1.0.5",
      ephemeralContainerStatuses: state
        ? [{
          ...carrier,
          imageID: "",
          ready: false,
          restartCount: 0,
          containerID: "c1",
          state: { [state]: {} },
        }]
        : [],
    },
  };
}

/** Releases a share; `events` has what was done to the pod. */
async function release(
  found: V1Pod | undefined,
  { of = record(), bridges = [] as GefyraBridge[], knowsImage = true } = {},
) {
  const events: string[] = [];
  let rules = "";
  const cluster = {
    get: () => Promise.resolve(found),
    patch: (_: unknown, { spec }: { spec: { ephemeralContainers: { name: string }[] } }) => {
      events.push(`add ${spec.ephemeralContainers[0]?.name}`);
      return Promise.resolve(undefined);
    },
  } as Partial<Cluster> as Cluster;
  const done = await releaseShare(cluster, "shop", of, {
    bridges: () => bridges,
    image: knowsImage ? IMAGE : undefined,
    stowaway: "10.0.0.9",
    configure: (target, { id }, files, { shrinks }) => {
      rules = files()["nftables.conf"] ?? "";
      events.push(`configure ${target.container} ${id}${shrinks ? ", shrinking" : ""}`);
      return Promise.resolve();
    },
  });
  return { done, events, rules };
}

Deno.test("a share is released once Carrier is configured without it, or has no configuration", async () => {
  const configured = ["configure gefyra-carrier c1, shrinking"];
  const table: [string, V1Pod | undefined, boolean, string[]][] = [
    ["Carrier runs", podWith({ state: "running" }), true, configured],
    ["the pod is gone", undefined, true, []],
    ["another pod has its name", podWith({ state: "running", uid: "2" }), true, []],
    ["the pod is being deleted", podWith({ state: "running", deleted: true }), true, []],
    ["the pod has failed", podWith({ state: "terminated", phase: "Failed" }), true, []],
    ["the pod is done", podWith({ state: "terminated", phase: "Succeeded" }), true, []],
    ["a successor starts", podWith({ state: "waiting" }), false, []],
    ["Carrier has ended, its rules stay", podWith({ state: "terminated" }), false, ["add gefyra-carrier-2"]],
  ];
  for (const [name, found, done, events] of table) {
    const result = await release(found);
    assert.deepEqual([result.done, result.events], [done, events], name);
  }
});

Deno.test("a Carrier that was configured before the kubelet reported it is told, since it may never be reported", async () => {
  const of = { ...record(), carrierContainer: "gefyra-carrier" };
  const { done, events } = await release(podWith({ state: "waiting" }), { of });
  assert.deepEqual([done, events], [true, ["configure gefyra-carrier undefined, shrinking"]]);
});

Deno.test("a Carrier that never had a configuration has nothing to release", async () => {
  const { carrierContainer: _, ...of } = record();
  for (const state of ["waiting", "terminated"] as const) {
    assert.deepEqual(await release(podWith({ state }), { of }), { done: true, events: [], rules: "" }, state);
  }
});

Deno.test("a record alone does not add a Carrier to a pod that never had one", async () => {
  assert.deepEqual(await release(podWith({})), { done: true, events: [], rules: "" });
});

Deno.test("what other bridges want of the pod stays", async () => {
  const bridges = [bridge("leaving", { deleted: true }), bridge("staying")];
  const kept = await release(podWith({ state: "running" }), { bridges });
  assert.match(kept.rules, /80 : 10\.0\.0\.9 \. 10000/);
  const last = await release(podWith({ state: "running" }), { bridges: bridges.slice(0, 1) });
  assert.doesNotMatch(last.rules, /dport/);
});

Deno.test("without an operator no new Carrier joins, as its image is not known", async () => {
  const { done, events } = await release(podWith({ state: "terminated" }), { knowsImage: false });
  assert.deepEqual([done, events], [false, []]);
});
