import assert from "node:assert/strict";
import { manifests } from "../../lib/config/manifests.ts";
import { OPERATOR } from "../../lib/names.ts";
import { carrierImageOf, settingsFrom, variablesOf } from "./cluster.ts";

Deno.test("an operator outside of the cluster uses the Carrier of the one inside", () => {
  const objects = manifests({ namespace: "gefyra", images: { registry: "here", tag: "1" } });
  const deployment = objects.find(({ kind, metadata }) =>
    kind === "Deployment" && metadata?.name === OPERATOR
  );
  assert.equal(carrierImageOf(deployment as object), "here/carrier:1");
  assert.throws(() => carrierImageOf({}), /names no image for Carrier/);
});

Deno.test("settings pass through the environment", () => {
  const settings = {
    namespace: "gefyra",
    carrierImage: "here/carrier:1",
    context: "gefyra-lab",
    resolvConf: "/tmp/x",
  };
  const variables = variablesOf(settings);
  assert.deepEqual(settingsFrom((name) => variables[name]), settings);
  assert.throws(
    () => settingsFrom((name) => name === "GEFYRA_CONTEXT" ? undefined : "x"),
    /no GEFYRA_CONTEXT/,
  );
});
