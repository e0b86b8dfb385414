import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { GefyraBridge } from "../api/bridge.ts";
import { parsePorts } from "../workload/ports.ts";
import { parseMatch } from "../api/match.ts";
import { claimOf } from "./dry-run.ts";

const pods: V1Pod[] = [{ metadata: { name: "web-1", uid: "1" }, spec: { containers: [{ name: "web" }] } }];

function bridge(name: string, user: string | undefined, holds: string[] = []): GefyraBridge {
  return {
    metadata: { name, namespace: "shop" },
    spec: {
      client: "me",
      target: { kind: "Deployment", name: "web" },
      ports: parsePorts(["80"]),
      ...(user ? { match: parseMatch([[`header:x-user=${user}`]]) } : {}),
      destination: { name: "app", address: "198.18.1.10" },
    },
    status: {
      pods: holds.map((uid) => ({
        ...{ name: uid, uid, mode: "beside", container: "web", state: "Active" },
        ports: [{ port: 80, protocol: "TCP", path: "http" }],
      })),
    },
  };
}

Deno.test("a claim names the port as it was typed", () => {
  const holder = { ...bridge("holder", undefined, ["1"]) };
  holder.metadata = { ...holder.metadata, uid: "holder" };
  const spec = { containers: [{ name: "web", ports: [{ name: "http", containerPort: 80 }] }] };
  const wanted = bridge("planned", undefined);
  const input = { ports: parsePorts(["http:8000"]) };
  const named: V1Pod[] = [{ metadata: { name: "web-1", uid: "1" }, spec }];
  const claim = claimOf({ bridge: wanted, plan: undefined, input, notes: [] }, named, [holder]);
  assert.equal(claim, 'port http (80) is already bridged by "holder"');
});

Deno.test("a plan names the bridge that has the pods", () => {
  const holder = { ...bridge("holder", "alice", ["1"]) };
  holder.metadata = { ...holder.metadata, uid: "holder" };
  const table: [string, string | undefined, V1Pod[], RegExp | undefined][] = [
    ["the same match", "alice", pods, /^port 80 with the same match is already bridged by "holder"$/],
    ["no match", undefined, pods, /^port 80 is already bridged by "holder"$/],
    ["another match", "bob", pods, undefined],
    ["no pods", "alice", [], undefined],
  ];
  for (const [name, user, found, says] of table) {
    const wanted = bridge("planned", user);
    const input = { ports: wanted.spec.ports, options: { match: user !== undefined } };
    const claim = claimOf({ bridge: wanted, plan: undefined, input, notes: [] }, found, [holder]);
    if (says) assert.match(claim ?? "", says, name);
    else assert.equal(claim, undefined, name);
  }
});
