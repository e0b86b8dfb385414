/** Undo removes only what `up` made: not what was there before, and not what an administrator or another user installed. */
import assert from "node:assert/strict";
import { dockerNames } from "../../../lib/connection/connection.ts";
import { exitCodes } from "../../../lib/errors.ts";
import { defaultImages, imageOf } from "../../../lib/images.ts";
import { NAMESPACE, STOWAWAY_KEY_SECRET } from "../../../lib/names.ts";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { gefyra, startGefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP, CONNECTION, CONTROL_PLANE, LAB } from "../harness/names.ts";
import { type Json, kubectl, kubectlJson } from "../harness/kube.ts";
import { bridgeArgs, containersOf, testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";

const OTHER = `${CONNECTION}-b`;

/** As an administrator or a GitOps tool does. */
async function kubectlWithDryRun(verb: "apply" | "delete"): Promise<void> {
  const { stdout } = await gefyra("up", "--dry-run", "-o", "yaml");
  const args = ["exec", "--interactive", CONTROL_PLANE, "kubectl", verb, "--filename", "-"];
  await docker(args, new TextEncoder().encode(stdout));
}

async function assertRefused(args: string[], exit: keyof typeof exitCodes, says: RegExp): Promise<void> {
  const { code, stderr } = await tryGefyra(args);
  assert.match(stderr, says);
  assert.equal(code, exitCodes[exit], stderr);
}

/** The machine vanishes: the operator is left alone with what is there. */
async function vanish(): Promise<void> {
  await docker(["rm", "--force", ...await containersOf("cargo")]);
}

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
      await assertRefused([...up, "--tag", broken.tag], "failure", /Cannot start ".*": Err/);
    } finally {
      await docker(["rmi", imageOf("cargo", broken)]);
    }
    await assertUnchanged(before);
  });

  await step("after the operator has removed itself, as the machine vanished", async () => {
    await gefyra(...up, "--disconnect-timeout", "30");
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
    const says = new RegExp(`ClusterRole "${role}", Service "gefyra-stowaway" are there and not Gefyra's`);
    await assertRefused(up, "conflict", says);
    await assertUnchanged(theirs);
    await kubectl("delete", "clusterrole", role);
    await kubectl("delete", "service", "gefyra-stowaway", "--namespace", namespace);
  });

  await step("one that forbids NET_ADMIN is refused, and its labels stay", async () => {
    const label = "pod-security.kubernetes.io/enforce";
    await kubectl("label", "namespace", namespace, `${label}=baseline`);
    const theirs = await snapshot();
    await assertRefused(up, "refused", /PodSecurity "baseline[^]*choose a namespace that is not there yet/);
    await assertUnchanged(theirs);
    await kubectl("label", "namespace", namespace, `${label}-`);
  });

  await step("default, too", async () => {
    await gefyra("up", "--namespace", "default");
    await gefyra("down");
    await assertUnchanged(before);
  });
});

Deno.test("what an administrator installed is neither changed by up nor removed by anybody", async (t) => {
  await using _place = await testEnv("permanent");
  const step = ordered(t);
  const before = await snapshot();
  await kubectlWithDryRun("apply");
  const rollout = ["rollout", "status", "--namespace", NAMESPACE, "--timeout", "90s"];
  await kubectl(...rollout, "statefulset/gefyra-stowaway");
  await kubectl(...rollout, "deployment/gefyra-operator");
  // The operator makes its key first of all.
  await eventually(() => kubectl("get", "secret", STOWAWAY_KEY_SECRET, "--namespace", NAMESPACE), 30_000);
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
      await gefyra("up", "--disconnect-timeout", "30");
      await vanish();
      const forgotten = async () =>
        assert.equal(await kubectl("get", "gefyraclients", "--all-namespaces", "--output", "name"), "");
      await eventually(forgotten, 90_000);
      // The operator looks again when nobody is left.
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      await gefyra("down");
      await assertUnchanged(installed);
    });

    await step("an up that wants another service is refused", async () => {
      await assertRefused(
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

Deno.test("two installations, and commands at the same moment", async (t) => {
  await using place = await testEnv("at-once");
  const step = ordered(t);
  await place.apply([tools(), ...workload("web")]);
  const answer = await place.ask("http://web");
  const before = await snapshot();
  const definitions = () => kubectl("get", "crds", "--output", "name");
  await using _other = {
    [Symbol.asyncDispose]: async () => void await tryGefyra(["down", "--connection", OTHER]),
  };

  await step("two up of one connection: one waits, and finds it done", async () => {
    const answers = await Promise.all([gefyra("up"), gefyra("up")]);
    const texts = answers.map(({ stdout }) => stdout).sort();
    assert.match(texts[0]!, /^Already connected/);
    assert.match(texts[1]!, /^Connected/);
    assert.ok(answers.some(({ stderr }) => /Waiting for `gefyra up` \(process \d+\)/.test(stderr)));
  });

  await step("another installation, with another connection; the definitions stay for it", async () => {
    await gefyra("up", "--connection", OTHER, "--namespace", place.namespace);
    await gefyra("down");
    assert.match(await definitions(), /gefyrabridges/);
    await place.run(APP, "local", "--connection", OTHER);
    await place.bridge(APP, "web", "--connection", OTHER);
    assert.equal(await place.ask("http://web"), "local");
    await gefyra("down", "--connection", OTHER);
    await eventually(async () => assert.equal(await place.ask("http://web"), answer));
    await assertUnchanged(before);
  });

  await step("two connections made at the same moment, and removed at the same moment", async () => {
    await Promise.all([gefyra("up"), gefyra("up", "--connection", OTHER)]);
    await Promise.all([gefyra("down"), gefyra("down", "--connection", OTHER)]);
    await assertUnchanged(before);
  });

  await step("a name that is no connection's is refused, with those that there are", async () => {
    await gefyra("up");
    await assertRefused(
      ["down", "--connection", "typo"],
      "notFound",
      new RegExp(`there is no such connection[^]*${CONNECTION}`),
    );
    await gefyra("status");
  });

  await step("down beside a bridge that is being made leaves nothing", async () => {
    await place.run(APP, "local");
    const bridge = startGefyra(bridgeArgs(place.namespace, APP, "web"));
    await bridge.said("Checking the target");
    const down = await tryGefyra(["down"]);
    assert.equal(down.code, 0, down.stderr);
    const { code, stderr } = await bridge.output;
    assert.ok(!/ {4}at |undefined/.test(stderr), stderr);
    report(
      `bridge ended with ${code}: ${stderr.split("\n").find((line) => line.startsWith("Error")) ?? "active"}`,
    );
    await eventually(async () => assert.equal(await place.ask("http://web"), answer));
    await assertUnchanged(before);
  });

  await step(
    "a container of somebody else's in the network is named, and all the rest is removed",
    async () => {
      await gefyra("up");
      const { network } = dockerNames(CONNECTION), guest = `${LAB}-guest`;
      await docker(["run", "--detach", "--name", guest, "--network", network, "tools", "sleep", "600"]);
      try {
        await assertRefused(["down"], "conflict", new RegExp(`container ${guest} is in it and not Gefyra's`));
        assert.deepEqual([await containersOf("cargo"), (await tryDocker(["inspect", guest])).code], [[], 0]);
        await eventually(async () => assert.deepEqual((await snapshot()).cluster, before.cluster));
      } finally {
        await docker(["rm", "--force", guest]);
      }
      await gefyra("down");
      await assertUnchanged(before);
    },
  );

  await step("a namespace that Gefyra made stays when somebody else lives in it", async () => {
    await gefyra("up");
    await kubectl("create", "configmap", "shop", "--namespace", NAMESPACE, "--from-literal", "a=b");
    const { stderr } = await gefyra("down");
    assert.match(stderr, /namespace "gefyra" stays with ConfigMap "shop"/);
    const { items } = await kubectlJson("get", "all,secrets,serviceaccounts,roles", "--namespace", NAMESPACE);
    assert.deepEqual(items.map(({ metadata }: Json) => metadata.name), ["default"]);
    await kubectl("delete", "configmap", "shop", "--namespace", NAMESPACE);
    await gefyra("up");
    await gefyra("down");
    await assertUnchanged(before);
  });

  await step(
    "when Gefyra's namespace is deleted, status says so at once, and down removes the rest",
    async () => {
      await gefyra("up");
      await kubectl("delete", "namespace", NAMESPACE, "--wait=false");
      await eventually(async () => {
        const { code, stdout } = await tryGefyra(["status"]);
        assert.match(stdout, /^Connected: +no$/m);
        assert.equal(code, 1);
      }, 15_000);
      await gefyra("down");
      await assertUnchanged(before);
    },
  );
});
