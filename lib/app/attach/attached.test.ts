import assert from "node:assert/strict";
import type { Container } from "../../docker/engine.ts";
import { APP_LABEL, APP_NAMESPACE_LABEL } from "../../names.ts";
import { attachedApp } from "./attached.ts";

const helper = { labels: { [APP_LABEL]: "web", [APP_NAMESPACE_LABEL]: "shop" } };
const container = (changes: Partial<Container> = {}): Container => ({
  ...{ id: "1", name: "web", image: "web:dev", state: "running", status: "Up 2 minutes", labels: {} },
  addresses: { shop: "172.18.0.5", "0-gefyra": "172.28.0.10" },
  ...changes,
});
const state = (StartedAt: string, Running = true) => ({ StartedAt, Running });
const early = state("2030-01-02T03:04:05.000Z"), late = state("2030-01-02T03:04:06.123456789Z");

Deno.test("an attached container is listed as an app, with what keeps it from the cluster", () => {
  const app = attachedApp(helper, container(), "0-gefyra", { helper: late, container: early });
  assert.deepEqual(app, {
    ...{ name: "web", image: "web:dev", namespace: "shop", state: "running", address: "172.28.0.10" },
    ...{ status: "Up 2 minutes, attached", attached: {} },
  });
  const table: [Container, Parameters<typeof attachedApp>[3], string | undefined][] = [
    [container(), { helper: early, container: late }, "it was restarted"],
    [container(), { helper: state(late.StartedAt, false), container: early }, "its helper does not run"],
    [container(), { helper: undefined, container: early }, "its helper does not run"],
    [
      container({ addresses: {} }),
      { helper: late, container: early },
      "it has left the connection's network",
    ],
    // Docker says so; it lost nothing.
    [container({ state: "exited", addresses: {} }), { helper: late, container: early }, undefined],
  ];
  for (const [one, states, lost] of table) {
    assert.equal(attachedApp(helper, one, "0-gefyra", states).attached.lost, lost);
  }
});

Deno.test("one that is removed is listed under the name that it had", () => {
  const app = attachedApp(helper, undefined, "0-gefyra", { helper: late, container: undefined });
  assert.deepEqual([app.name, app.state, app.attached.lost], ["web", "removed", "it is gone"]);
});
