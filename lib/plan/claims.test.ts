import assert from "node:assert/strict";
import type { V1PodSpec } from "@kubernetes/client-node";
import type { GefyraBridge, InterceptedPod } from "../api/bridge.ts";
import type { ModeName } from "../api/modes.ts";
import { parsePorts } from "../workload/ports.ts";
import { claimRefusal } from "./claims.ts";
import type { Match } from "../api/match.ts";
import { type Plan, plan } from "./plan.ts";

const pod: V1PodSpec = { containers: [{ name: "web" }, { name: "api" }] };

interface Fields {
  mode?: ModeName;
  container?: string;
  ports?: string[];
  /** Pods that it holds. */
  holds?: string[];
  match?: Match;
}

function planned({ mode = "beside", container = "web", ports = ["80"] }: Fields): Plan & { mode: ModeName } {
  const available = ["beside", "replace"] as const;
  const result = plan({ pod, container, ports: parsePorts(ports), options: { mode }, available });
  assert.ok(result.mode);
  return result;
}

function bridge(name: string, fields: Fields = {}): GefyraBridge {
  const { mode, container, ports } = planned(fields);
  const record = (uid: string): InterceptedPod => ({
    ...{ name: uid, uid, mode, container, state: "Active" },
    ports: ports.map(({ port, protocol, path }) => ({ port, protocol, path })),
  });
  return {
    metadata: { name, namespace: "shop", uid: `uid-${name}` },
    spec: {
      client: "me",
      target: { kind: "Deployment", name: "web", container },
      ports: parsePorts(fields.ports ?? ["80"]),
      ...(fields.match ? { match: fields.match } : {}),
      destination: { name: "app", address: "" },
    },
    status: { pods: (fields.holds ?? []).map(record) },
  };
}

const all = (uids: string[], wants: Fields = {}) =>
  uids.map((uid) => ({ pod: { metadata: { uid } }, plan: planned(wants) }));

function refusal(wants: Fields, holder: Fields, uids = ["a"]): string | undefined {
  const mine = bridge("second", { ...wants, holds: [] });
  return claimRefusal(mine, all(uids, wants), [bridge("first", { holds: ["a"], ...holder }), mine]);
}

Deno.test("the first bridge to claim a port keeps it, and is named", () => {
  const alice: Match = matching("alice"), bob: Match = matching("bob");
  const port = 'port 80 is already bridged by "first"';
  const same = 'port 80 with the same match is already bridged by "first"';
  const container = 'container "web" is already bridged by "first"';
  const table: [string, Fields, Fields, string | undefined][] = [
    ["the same port", {}, {}, port],
    ["of another container: the pod has one network", { container: "api" }, {}, port],
    ["another port", { ports: ["81"] }, {}, undefined],
    ["one port of several", { ports: ["81", "80"] }, { ports: ["80", "82"] }, port],
    ["the same number over UDP", { ports: ["80/udp"] }, {}, undefined],
    [
      "another port of a replaced container",
      { mode: "replace", ports: ["81"] },
      { mode: "replace" },
      container,
    ],
    ["a replaced container, beside", { ports: ["81"] }, { mode: "replace" }, container],
    ["different matches", { match: alice }, { match: bob }, undefined],
    [
      "equal matches",
      { match: alice },
      { match: alice },
      same,
    ],
    ["another pod", {}, { holds: ["b"] }, undefined],
    ["no pods", {}, { holds: [] }, undefined],
  ];
  for (const [name, wants, holder, expected] of table) assert.equal(refusal(wants, holder), expected, name);
});

Deno.test("a record of another namespace claims nothing, whatever uid it names", () => {
  const mine = bridge("second"), other = bridge("first", { holds: ["a"] });
  const elsewhere = { ...other, metadata: { ...other.metadata, namespace: "elsewhere" } };
  assert.equal(claimRefusal(mine, all(["a"]), [elsewhere, mine]), undefined);
});

Deno.test("each pod is claimed by its own plan", () => {
  const holder = bridge("first", { ports: ["8080"], holds: ["b"] });
  const wanted = (port: string) => [...all(["a"], { ports: ["80"] }), ...all(["b"], { ports: [port] })];
  const mine = bridge("second", { holds: [] });
  assert.equal(claimRefusal(mine, wanted("80"), [holder, mine]), undefined);
  assert.match(claimRefusal(mine, wanted("8080"), [holder, mine]) ?? "", /^port 8080 is already bridged/);
});

Deno.test("a bridge keeps its pods, and does not refuse itself", () => {
  const holder = bridge("first", { holds: ["a"] });
  const late = bridge("second", { holds: ["a"] });
  assert.equal(claimRefusal(holder, all(["a"]), [late, holder]), undefined);
  assert.equal(claimRefusal(holder, all(["a"]), [holder]), undefined);
});

Deno.test("a changed bridge does not take the pod of an older one", () => {
  const alice = matching("alice"), bob = matching("bob");
  const aged = (name: string, hour: number, match: Match): GefyraBridge => {
    const made = bridge(name, { holds: ["a"], match });
    return {
      ...made,
      metadata: { ...made.metadata, creationTimestamp: new Date(Date.UTC(2030, 0, 1, hour)) },
    };
  };
  const older = aged("zoe", 1, alice), same = aged("anna", 2, alice), other = aged("anna", 2, bob);
  const says = 'port 80 with the same match is already bridged by "zoe"';
  assert.equal(claimRefusal(same, all(["a"], { match: alice }), [same, older]), says);
  assert.equal(claimRefusal(older, all(["a"], { match: alice }), [same, older]), undefined);
  assert.equal(claimRefusal(other, all(["a"], { match: bob }), [other, older]), undefined);
});

function matching(user: string): Match {
  return [[{ kind: "header", name: "x-user", operator: "Exact", value: user }]];
}
