import assert from "node:assert/strict";
import type { V1Deployment } from "@kubernetes/client-node";
import type { GefyraBridge } from "../api/bridge.ts";
import type { GefyraClient } from "../api/client.ts";
import { isRolledOut } from "./permanent.ts";
import { refuseUsed } from "./remove.ts";

Deno.test("install waits until the newest pods run, and the old ones are gone", () => {
  const done = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
  const table: [object, boolean][] = [
    [done, true],
    [{ ...done, observedGeneration: 1 }, false],
    [{ ...done, updatedReplicas: 0 }, false],
    [{ ...done, availableReplicas: 0 }, false],
    [{ ...done, replicas: 2 }, false],
    [{}, false],
  ];
  for (const [status, expected] of table) {
    const object = { metadata: { generation: 2 }, spec: { replicas: 1 }, status } as V1Deployment;
    assert.equal(isRolledOut(object), expected, JSON.stringify(status));
  }
});

Deno.test("uninstall is refused while there are clients, and names their bridges", () => {
  const client = { metadata: { name: "me" } } as GefyraClient;
  const bridge = { metadata: { namespace: "shop", name: "web" } } as GefyraBridge;
  refuseUsed("gefyra", [], []);
  assert.throws(() => refuseUsed("gefyra", [client, client], [bridge]), {
    id: "installation-used",
    exit: "conflict",
    message: 'Cannot uninstall Gefyra from namespace "gefyra": 2 clients and 1 bridge (shop/web) use it',
  });
});
