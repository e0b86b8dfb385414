import type { Container } from "../../docker/engine.ts";
import { CONNECTION_LABEL, ROLE_LABEL } from "../../names.ts";
import type { Connection } from "../../connection/connection.ts";
import type { GefyraBridge } from "../../api/bridge.ts";
import type { GefyraClient } from "../../api/client.ts";
import { localLeftovers, remoteLeftovers } from "./leftovers.ts";
import { assertJudged } from "./assert-judged.ts";

const container = (name: string, connection: string, role: string, state = "running") =>
  ({ name, state, labels: { [CONNECTION_LABEL]: connection, [ROLE_LABEL]: role } }) as unknown as Container;

Deno.test("leftovers in Docker: connections without a Cargo, and what is without a connection", () => {
  const connections = ["live", "dead", "stopped"].map((name) => ({ name }) as Connection);
  const found = localLeftovers({
    connections,
    containers: [
      container("c1", "live", "cargo"),
      container("c2", "stopped", "cargo", "exited"),
      container("a1", "live", "app", "exited"),
      container("b", "gone", "app"),
      container("a", "gone", "cargo"),
    ],
  });
  assertJudged(
    found,
    ["attention", /connection dead has no running Cargo/, /gefyra down --connection dead/],
    ["attention", /connection stopped/],
    ["attention", /left over from connection gone: a, b$/, /^gefyra down --connection gone$/],
  );
});

Deno.test("leftovers in the cluster: silent clients, and bridges of clients that are gone", () => {
  const now = Date.parse("2026-01-01T01:00:00Z");
  const client = (name: string, lastSeen?: string): GefyraClient => ({
    metadata: { name, namespace: "gefyra", creationTimestamp: new Date("2026-01-01T00:59:00Z") },
    spec: { publicKey: "", disconnectTimeout: 600 },
    status: lastSeen ? { lastSeen } : {},
  });
  const bridge = (name: string, client: string) =>
    ({ metadata: { name, namespace: "shop" }, spec: { client } }) as GefyraBridge;
  const found = remoteLeftovers({
    clients: [
      client("new"),
      client("live", "2026-01-01T00:59:30Z"),
      client("silent", "2026-01-01T00:50:00Z"),
    ],
    bridges: [bridge("mine", "live"), bridge("lost", "gone")],
  }, now);
  assertJudged(
    found,
    [
      "attention",
      /client silent is silent for 10 min/,
      /^kubectl delete gefyraclient silent --namespace gefyra$/,
    ],
    ["attention", /shop\/lost belongs to client gone/, /^kubectl delete gefyrabridge lost --namespace shop$/],
  );
});
