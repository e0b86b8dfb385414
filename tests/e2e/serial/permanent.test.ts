/** What an administrator installed is theirs. */
import assert from "node:assert/strict";
import { NAMESPACE } from "../../../lib/names.ts";
import { docker, eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { keysMade } from "../harness/install.ts";
import { CONTROL_PLANE, lab } from "../harness/names.ts";
import { type Json, kubectl } from "../harness/kube.ts";
import { testEnv, vanish } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { DISCONNECT_TIMEOUT, LOOKED_AGAIN_MS } from "../harness/waits.ts";
import { ordered } from "../harness/steps.ts";
import { assertFails } from "../harness/refusal.ts";

/** As an administrator or a GitOps tool does. */
async function kubectlWithDryRun(verb: "apply" | "delete"): Promise<void> {
  const { stdout } = await gefyra("up", "--dry-run", "-o", "yaml");
  const args = ["exec", "--interactive", CONTROL_PLANE, "kubectl", verb, "--filename", "-"];
  await docker(args, new TextEncoder().encode(stdout));
}

Deno.test("what an administrator installed is neither changed by up nor removed by anybody", async (t) => {
  await using _place = await testEnv("permanent");
  const step = ordered(t);
  const before = await snapshot();
  await kubectlWithDryRun("apply");
  const rollout = ["rollout", "status", "--namespace", NAMESPACE, "--timeout", "90s"];
  await kubectl(...rollout, "statefulset/gefyra-stowaway");
  await kubectl(...rollout, "deployment/gefyra-operator");
  await keysMade(lab);
  const installed = await snapshot();
  try {
    await step("not by up and down", async () => {
      await gefyra("up");
      const { GefyraClient: _, ...rest } = byKind((await snapshot()).cluster);
      assert.deepEqual(rest, byKind(installed.cluster));
      await gefyra("down");
      await assertUnchanged(installed);
    });

    await step("not when the last machine vanishes", async () => {
      await gefyra("up", "--disconnect-timeout", DISCONNECT_TIMEOUT);
      await vanish();
      const forgotten = async () =>
        assert.equal(await kubectl("get", "gefyraclients", "--all-namespaces", "--output", "name"), "");
      await eventually(forgotten, 90_000);
      // The operator looks again when nobody is left.
      await new Promise((resolve) => setTimeout(resolve, LOOKED_AGAIN_MS));
      await gefyra("down");
      await assertUnchanged(installed);
    });

    await step("an up that wants another service is refused", async () => {
      await assertFails(
        ["up", "--service-type", "LoadBalancer"],
        "refused",
        /an administrator installed it/,
      );
      await assertUnchanged(installed);
    });
  } finally {
    await kubectlWithDryRun("delete");
  }
  await assertUnchanged(before);
});

/** The objects of a snapshot by their kind. */
function byKind(objects: Record<string, Json>): Record<string, Json> {
  const kinds: Record<string, Json> = {};
  for (const [name, object] of Object.entries(objects)) (kinds[name.split(" ")[0]!] ??= {})[name] = object;
  return kinds;
}
