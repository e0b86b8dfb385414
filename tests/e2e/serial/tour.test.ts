/** The tour of the README, as a user walks it: with the portable program, and without Deno. */
import assert from "node:assert/strict";
import { docker, eventually } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { CONTEXT, named } from "../harness/names.ts";
import { becomePortableUser } from "../harness/become-portable.ts";
import { get, kubectl, list } from "../harness/kube.ts";
import { containersOf, inApp, networks, type TestEnv, testEnv } from "../harness/test-env.ts";
import { assertUnchanged, runningCarriers, snapshot } from "../harness/snapshot.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";

const URL = "http://hello-nginxdemo";
const APP = named("mypyserver"), BRIDGE = "mypyserver-bridge";
const LOCAL = "hello from here", EDITED = "hello from here, edited";

Deno.test("the tour: a local container becomes part of the cluster, takes a service over, and leaves no trace", async (t) => {
  await using _user = await becomePortableUser();
  await using place = await testEnv("tour", { namespace: "default" });
  const step = ordered(t);
  await place.apply([...workload("hello-nginxdemo"), tools()]);
  const original = await place.ask(URL);
  assert.match(original, /^hello from nginx on hello-nginxdemo-/);
  const before = await snapshot();

  await step("up connects", async () => {
    const { stdout } = await gefyra("up");
    assert.match(stdout, new RegExp(`^Connected to ${CONTEXT} over .*, [\\d,]+ bytes MTU, [\\d.]+ ms\\.$`));
    assert.equal(JSON.parse((await gefyra("status", "-o", "json")).stdout).connected, true);
  });

  await step("run starts a container", async () => {
    await place.run(APP, LOCAL);
    const { stdout } = await gefyra("list", "--containers");
    assert.match(
      stdout,
      new RegExp(`^NAME +IMAGE +NAMESPACE +ADDRESS +STATUS\\n${APP} +pyserver +default +[\\d.]+ +Up `),
    );
  });

  await step(
    "inside it, the names of the cluster lead where they lead in a pod",
    () => assertNames(place, original),
  );

  await step("bridge hands the service to it, and an edit shows at once", async () => {
    const took = await timed(() =>
      gefyra(
        ...["bridge", "-N", APP, "-n", "default", "--deployment", "hello-nginxdemo"],
        ...["--port", "80:8000", "--container-name", "hello-nginx", "-I", BRIDGE],
      )
    );
    assert.equal(await place.ask(URL), LOCAL);
    await place.write(APP, EDITED);
    assert.equal(await place.ask(URL), EDITED);
    report(`bridge took ${took}`);
  });

  await step("list and kubectl show it", async () => {
    const { stdout } = await gefyra("list", "--bridges");
    const target = "deployment/hello-nginxdemo/hello-nginx";
    const row = new RegExp(`^${BRIDGE} +default +${target} +80→${APP}:8000 +Active +1/1$`, "m");
    assert.match(stdout, row);
    assert.match(await kubectl("get", "gefyrabridges"), /^mypyserver-bridge .*Active/m);
  });

  await step("no secret and no privilege shows anywhere", assertNoSecrets);

  await step("unbridge gives the original back", async () => {
    const took = await timed(() => gefyra("unbridge", "-N", BRIDGE));
    await eventually(async () => assert.equal(await place.ask(URL), original), 5_000);
    assert.equal((await gefyra("list", "--bridges")).stdout, "No bridges.");
    report(`unbridge took ${took}`);
  });

  await step("down leaves the cluster and Docker as they were", async () => {
    const took = await timed(async () => assert.match((await gefyra("down")).stdout, /^Disconnected/));
    await assertUnchanged(before);
    assert.equal((await tryGefyra(["status"])).code, 1);
    report(
      `down took ${took}; ephemeral containers that idle on: ${
        (await runningCarriers()).join(", ") || "none"
      }`,
    );
  });
});

async function assertNames(place: TestEnv, original: string): Promise<void> {
  for (
    const host of ["hello-nginxdemo", "hello-nginxdemo.default", "hello-nginxdemo.default.svc.cluster.local"]
  ) {
    const { stdout, stderr } = await inApp(APP, "curl", "-sS", "--max-time", "4", `http://${host}`);
    assert.equal(stdout, original, `${host}: ${stderr}`);
  }
  // What no resolver knows is answered in the same way.
  const look = [
    "python3",
    "-c",
    "import socket\ntry: socket.getaddrinfo('nowhere.invalid', 80)\nexcept OSError as e: print(e)",
  ];
  const [inside, inPod] = [await inApp(APP, ...look), await place.inPod(...look)];
  assert.ok(inside.stdout.length > 0 && inside.stdout === inPod.stdout, `${inside.stdout} ≠ ${inPod.stdout}`);
}

async function assertNoSecrets(): Promise<void> {
  const [cargo = ""] = await containersOf("cargo");
  const [app = ""] = await containersOf("app");
  const local = await docker(["exec", cargo, "cat", "/var/lib/cargo/private.key"]);
  const secret = await get("Secret", "gefyra-stowaway-key", "gefyra");
  const remote = atob(secret.data.privateKey);
  assert.ok(local.length > 40 && remote.length > 40);
  const shown = {
    "the custom resources": await kubectl("get", "gefyraclients,gefyrabridges", "-A", "-o", "json"),
    "the objects in gefyra's namespace": await kubectl("get", "all,configmaps", "-n", "gefyra", "-o", "json"),
    "docker inspect": await docker(["inspect", cargo, app]),
    "Cargo's log": await docker(["logs", cargo]),
    "the network's labels": await docker(["network", "inspect", ...await networks()]),
  };
  for (const [where, text] of Object.entries(shown)) {
    assert.ok(!text.includes(local) && !text.includes(remote), `a private key is in ${where}`);
  }
  for (const { Name, HostConfig } of JSON.parse(shown["docker inspect"])) {
    assert.equal(HostConfig.Privileged, false, Name);
    assert.ok(["", "private"].includes(HostConfig.PidMode), Name);
    assert.ok(!JSON.stringify(HostConfig.Binds ?? []).includes("docker.sock"), Name);
  }
  for (const { metadata, spec } of await list("Pod", "gefyra")) {
    assert.ok(!spec.hostNetwork && !spec.hostPID, metadata.name);
    for (const { securityContext } of spec.containers) assert.ok(!securityContext?.privileged, metadata.name);
  }
}
