/** A namespace that is named to `up` and was there before stays as it was, whatever fails or vanishes in it. */
import assert from "node:assert/strict";
import { defaultImages, imageOf } from "../../../lib/images.ts";
import { docker, eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { APP } from "../harness/names.ts";
import { kubectl } from "../harness/kube.ts";
import { testEnv, vanish } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { DISCONNECT_TIMEOUT } from "../harness/waits.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";
import { assertFails } from "../harness/refusal.ts";

Deno.test("a namespace that was there before stays as it was", async (t) => {
  await using place = await testEnv("shared");
  const step = ordered(t);
  const { namespace } = place;
  await place.apply([tools(), ...workload("web")]);
  await kubectl("annotate", "namespace", namespace, "gefyra.dev/remove-with-last-client=true");
  const answer = await place.ask("http://web");
  const before = await snapshot();
  const up = ["up", "--namespace", namespace];

  await step("after up, a bridge and down", async () => {
    await gefyra(...up);
    await place.run(APP, "local");
    await place.bridge(APP, "web");
    assert.equal(await place.ask("http://web"), "local");
    await gefyra("down");
    await eventually(async () => assert.equal(await place.ask("http://web"), answer));
    await assertUnchanged(before);
  });

  await step("after an up that failed in it", async () => {
    const broken = { ...defaultImages, tag: "half" };
    await docker(["tag", imageOf("cargo"), imageOf("cargo", broken)]);
    try {
      await assertFails([...up, "--tag", broken.tag], "failure", /Cannot start ".*": Err/);
    } finally {
      await docker(["rmi", imageOf("cargo", broken)]);
    }
    await assertUnchanged(before);
  });

  await step("after the operator has removed itself, as the machine vanished", async () => {
    await gefyra(...up, "--disconnect-timeout", DISCONNECT_TIMEOUT);
    await vanish();
    const gone = async () => assert.deepEqual((await snapshot()).cluster, before.cluster);
    report(
      `the cluster was as before ${await timed(() => eventually(gone, 90_000))} after the machine vanished`,
    );
    await gefyra("down");
    await assertUnchanged(before);
  });

  await step("an object of the same name is refused, by its name", async () => {
    const role = `gefyra-operator-${namespace}`;
    await kubectl("create", "clusterrole", role, "--verb", "get", "--resource", "nodes");
    await kubectl(
      "create",
      "service",
      "clusterip",
      "gefyra-stowaway",
      "--tcp",
      "80",
      "--namespace",
      namespace,
    );
    const theirs = await snapshot();
    const says = new RegExp(`ClusterRole "${role}", Service "gefyra-stowaway" exist, and are not Gefyra's`);
    await assertFails(up, "conflict", says);
    await assertUnchanged(theirs);
    await kubectl("delete", "clusterrole", role);
    await kubectl("delete", "service", "gefyra-stowaway", "--namespace", namespace);
  });

  await step("one that forbids NET_ADMIN is refused, and its labels stay", async () => {
    const label = "pod-security.kubernetes.io/enforce";
    await kubectl("label", "namespace", namespace, `${label}=baseline`);
    const theirs = await snapshot();
    await assertFails(up, "refused", /PodSecurity "baseline[^]*choose a namespace that does not exist yet/);
    await assertUnchanged(theirs);
    await kubectl("label", "namespace", namespace, `${label}-`);
  });

  await step("default, too", async () => {
    await gefyra("up", "--namespace", "default");
    await gefyra("down");
    await assertUnchanged(before);
  });
});
