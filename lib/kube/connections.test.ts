import type { KubeConfig } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { keepConnections } from "./connections.ts";

Deno.test("requests share connections until the credentials change", () => {
  const closed: number[] = [];
  let made = 0;
  const library = {
    createDispatcher: (_cluster: unknown, _tls: object) => {
      const id = ++made;
      return { id, close: () => Promise.resolve(void closed.push(id)) };
    },
  };
  keepConnections(library as unknown as KubeConfig);
  const used = ["a", "a", "b", "b"].map((cert) => library.createDispatcher({}, { cert }).id);
  assert.deepEqual(used, [1, 1, 2, 2]);
  assert.deepEqual(closed, [1]);
});
