import assert from "node:assert/strict";
import type { Engine } from "../docker/engine.ts";
import { FILES_LABEL } from "../names.ts";
import { keptFiles, kindsIn } from "./kept.ts";

const shares = ["s0", "s1"].map((name) => ({
  name,
  remote: `/etc/${name}`,
  local: `/etc/${name}`,
  back: false,
}));
const mounts = [{ Destination: "/etc/s0" }, { Destination: "/.gefyra/s1" }];

Deno.test("a share that is a file is in a folder of its own", () => {
  assert.deepEqual(kindsIn(shares, mounts).map(({ kind }) => kind), ["directory", "file"]);
});

Deno.test("files are kept while a helper with the same description follows a pod that answers", async () => {
  const engine = ({ app = true, running = true, label = "same", connected = true }) =>
    ({
      inspect: (name: string) =>
        Promise.resolve(
          name === "app"
            ? app ? { Mounts: mounts } : undefined
            : { State: { Running: running }, Config: { Labels: { [FILES_LABEL]: label } } },
        ),
      exec: () =>
        Promise.resolve({ exitCode: 0, stdout: JSON.stringify({ connected, shares: [] }), stderr: "" }),
    }) as unknown as Engine;
  const kept = (state: Parameters<typeof engine>[0]) =>
    keptFiles(engine(state), "app", { shares: shares as never, description: "same" });
  const files = await kept({});
  assert.deepEqual(files?.mounts.map(({ Target }) => Target), ["/etc/s0", "/.gefyra/s1"]);
  assert.deepEqual(files?.links, [{ at: "/etc/s1", to: "/.gefyra/s1/s1" }]);
  for (const state of [{ app: false }, { running: false }, { label: "other" }, { connected: false }]) {
    assert.equal(await kept(state), undefined, JSON.stringify(state));
  }
});
