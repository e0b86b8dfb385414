import assert from "node:assert/strict";
import type { GefyraBridge, InterceptedPod } from "../api/bridge.ts";
import type { AppContainer } from "../app/container.ts";
import { type Ends, endsOf } from "./local-ends.ts";

const app = (name: string, address = "172.28.0.10"): AppContainer =>
  ({ name, address, image: "", namespace: "", state: "running", status: "" }) as AppContainer;

interface Fields {
  to?: string;
  local?: number[];
  protocol?: "TCP" | "UDP";
  mode?: InterceptedPod["mode"];
  path?: "kernel" | "http";
  drain?: Pick<GefyraBridge["spec"], "drainTimeoutSeconds" | "keepConnections">;
}

function bridge(
  { to = "api", local = [8000], protocol = "TCP", mode = "beside", path = "kernel", drain }: Fields = {},
): GefyraBridge {
  const pod: InterceptedPod = {
    ...{ name: "web-1", uid: "1", mode, container: "web", state: "Active" },
    ports: [{ remote: 80, port: 80, protocol, path }],
  };
  return {
    spec: {
      client: "me",
      target: { kind: "Deployment", name: "web" },
      ports: local.map((local) => ({ remote: 80, local, protocol })),
      destination: { name: to, address: "198.18.1.10" },
      ...drain,
    },
    status: { pods: [pod] },
  } as GefyraBridge;
}

Deno.test("connections that the kernel forwards end in the app container", () => {
  const ends = (more: Partial<Ends> = {}): Ends[] => [
    { app: "api", address: "172.28.0.10", ports: [8000], drainMs: 10_000, ...more },
  ];
  const { drainMs: _, ...shared } = ends()[0]!;
  const table: [string, GefyraBridge[], GefyraBridge[], Ends[]][] = [
    ["one bridge", [bridge()], [], ends()],
    ["several ports", [bridge({ local: [8000, 9000] })], [], ends({ ports: [8000, 9000] })],
    ["its own time", [bridge({ drain: { drainTimeoutSeconds: 0 } })], [], ends({ drainMs: 0 })],
    ["connections stay", [bridge({ drain: { keepConnections: true } })], [], []],
    ["through Nginx", [bridge({ path: "http" })], [], []],
    ["replaced", [bridge({ mode: "replace" })], [], []],
    ["datagrams", [bridge({ protocol: "UDP" })], [], []],
    ["to an app that is gone", [bridge({ to: "other" })], [], []],
    ["another bridge leads to the port", [bridge()], [bridge()], [shared]],
    ["another bridge leads to another port", [bridge()], [bridge({ local: [9000] })], ends()],
    ["another bridge leads to another app", [bridge()], [bridge({ to: "other" })], ends()],
  ];
  for (const [name, bridges, others, expected] of table) {
    assert.deepEqual(endsOf(bridges, others, [app("api")]), expected, name);
  }
});
