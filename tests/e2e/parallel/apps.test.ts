/** A bridge leads to its own app, or what is wrong on this machine is said. */
import assert from "node:assert/strict";
import type { Diagnosis } from "../../../lib/doctor/run-checks.ts";
import { docker, eventually } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { CONNECTION, named } from "../harness/names.ts";
import { apply, get, kubectl } from "../harness/kube.ts";
import { clientOf, inApp, testEnv } from "../harness/test-env.ts";
import { ordered } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";

const [A, B, C, D, E] = ["a", "b", "c", "d", "e"].map(named) as [string, string, string, string, string];
const NETWORK = `0-gefyra-${CONNECTION}`;

interface Listed {
  containers: { name: string; address?: string; strayGateway?: string }[];
  bridges: { metadata: { name: string }; problems: { message: string }[] }[];
}

async function listed(): Promise<Listed> {
  return JSON.parse((await gefyra("list", "-o", "json")).stdout);
}

async function addressOf(name: string): Promise<string> {
  return (await listed()).containers.find((one) => one.name === name)?.address ?? "none";
}

/** What `list`, `status` and `doctor` say of one bridge; they agree. */
async function problems(bridge: string): Promise<string[]> {
  const inList = (await listed()).bridges.find(({ metadata }) => metadata.name === bridge)!.problems;
  const messages = inList.map(({ message }) => message);
  const status = JSON.parse((await gefyra("status", "-o", "json")).stdout);
  const { connections: [{ bridges }] } = status.connections ? status : { connections: [status] };
  const inStatus = bridges.find(({ name }: { name: string }) => name === bridge).problems;
  assert.deepEqual(inStatus, inList);
  const text = (await gefyra("list")).stdout + (await gefyra("status")).stdout;
  for (const message of messages) assert.equal(text.split(message).length - 1, 2, `${message}:\n${text}`);
  return messages;
}

async function doctor(): Promise<string[]> {
  const { stdout } = await tryGefyra(["doctor", "-o", "json"]);
  const { findings } = JSON.parse(stdout) as Diagnosis;
  return findings.filter(({ check }) => check === "bridges").map(({ verdict, message }) =>
    `${verdict}: ${message}`
  );
}

Deno.test("a bridge leads to its own app, or says that it does not", async (t) => {
  await using place = await testEnv("apps");
  const { namespace } = place;
  const step = ordered(t);
  await Promise.all([place.apply([tools(), ...workload("one"), ...workload("two")]), gefyra("up")]);
  await Promise.all([place.run(A, "a"), place.run(B, "b")]);
  const warned = (await place.bridge(A, "one")).stderr;
  const address = await addressOf(A);

  await step("a bridge that works says nothing, and nothing is wrong", async () => {
    assert.doesNotMatch(warned, /Warning/);
    assert.deepEqual(await problems("one"), []);
    assert.match((await gefyra("status")).stdout, /^Bridges: +one: Active, 1\/1 pods of deployment\/one/m);
    assert.deepEqual(await doctor(), ["ok: one: active"]);
  });

  await step(
    "an app that is gone keeps its address: another one gets neither it nor the traffic",
    async () => {
      await docker(["rm", "--force", A]);
      await place.run(C, "c");
      assert.notEqual(await addressOf(C), address);
      const { stdout, stderr } = await place.inPod("curl", "-s", "--max-time", "4", "http://one");
      assert.doesNotMatch(stdout, /./, stderr);
      assert.deepEqual(await problems("one"), [`app "${A}" is gone`]);
      assert.deepEqual(await doctor(), [`broken: one: app "${A}" is gone`]);
    },
  );

  await step("under its name it gets the address back, and the traffic", async () => {
    await place.run(A, "a again");
    assert.equal(await addressOf(A), address);
    await eventually(async () => assert.equal(await place.ask("http://one"), "a again"));
    assert.deepEqual(await problems("one"), []);
  });

  await step("a bridge made by kubectl holds an address as well", async () => {
    const client = await clientOf();
    const taken = (await listed()).containers.map((one) => Number(one.address?.split(".")[3]));
    // The one that the next app would get.
    let next = Number(address.split(".")[3]);
    while (taken.includes(next)) next++;
    const bridge = {
      apiVersion: "gefyra.dev/v1alpha1",
      kind: "GefyraBridge",
      metadata: { name: "by-kubectl" },
      spec: {
        owner: client.spec.owner,
        client: client.metadata.name,
        target: { kind: "Deployment", name: "missing" },
        ports: [{ remote: 80, local: 8000 }],
        destination: { name: E, address: client.status.tunnel.subnet.replace(/0\/24$/, `${next}`) },
      },
    };
    await apply(namespace, [bridge]);
    await eventually(async () => {
      const { status } = await get("GefyraClient", client.metadata.name, "gefyra");
      assert.ok(
        status.apps.some(({ name }: { name: string }) => name === E),
        JSON.stringify(status.apps),
      );
    });
    await place.run(D, "d");
    await place.run(E, "e");
    assert.notEqual(await addressOf(D), address.replace(/\d+$/, `${next}`));
    assert.equal(await addressOf(E), address.replace(/\d+$/, `${next}`));
    await kubectl("delete", "gefyrabridge", "by-kubectl", "--namespace", namespace);
    await docker(["rm", "--force", D, E]);
  });

  await step("an app that is stopped or paused is named, with what starts it", async () => {
    await docker(["pause", A]);
    assert.deepEqual(await problems("one"), [`app "${A}" is paused`]);
    await docker(["unpause", A]);
    await docker(["stop", "--time", "1", A]);
    assert.deepEqual(await problems("one"), [`app "${A}" is exited`]);
    assert.match((await gefyra("list")).stdout, new RegExp(`→ gefyra start ${A}`));
    await gefyra("start", A);
    await eventually(async () => assert.deepEqual(await problems("one"), []));
  });

  await step("a port that nobody listens on, or on 127.0.0.1 only, is warned of", async () => {
    for (const port of ["9998", "9999"]) {
      if (port === "9998") await docker(["exec", "-d", B, ...server, "--bind", "127.0.0.1", port]);
      const target = ["-n", namespace, "--target", "deployment/two", "-I", "two"];
      const { stdout, stderr } = await gefyra("bridge", "-N", B, ...target, "--port", `80:${port}`);
      assert.match(stdout, /^Bridge two is active/);
      assert.match(
        stderr,
        new RegExp(`^Warning: ${B}:${port} refuses connections.*\n  → .*0\\.0\\.0\\.0`, "m"),
      );
      assert.match((await problems("two"))[0]!, new RegExp(`^${B}:${port} refuses connections`));
      assert.match((await doctor())[0]!, new RegExp(`^broken: two: ${B}:`));
      await gefyra("unbridge", "-N", "two");
    }
  });

  await step("an app that joins another network stays in the cluster, after a restart, too", async () => {
    const other = `${CONNECTION}-a`;
    await docker(["network", "create", other]);
    try {
      await docker(["network", "connect", other, A]);
      const works = async () => {
        assert.equal(await place.ask("http://one"), "a again");
        assert.match((await inApp(A, "curl", "-sS", "--max-time", "4", "http://two")).stdout, /^hello/);
      };
      await works();
      await docker(["restart", "--time", "1", A]);
      await eventually(works);
      assert.deepEqual(await problems("one"), []);
      await docker(["network", "disconnect", other, A]);
      await works();
    } finally {
      await docker(["network", "rm", other]);
    }
  });

  await step("where Docker sends it elsewhere, that is said", async () => {
    const other = `0-0-${CONNECTION}`;
    await docker(["network", "create", other]);
    const said =
      `app "${A}" sends through Docker network "${other}" instead of Cargo and does not reach the cluster`;
    try {
      await docker(["network", "connect", other, A]);
      assert.equal((await listed()).containers.find(({ name }) => name === A)!.strayGateway, other);
      assert.deepEqual(await problems("one"), [said]);
      assert.deepEqual(await doctor(), [`broken: ${said}`]);
      await docker(["network", "disconnect", other, A]);
      assert.deepEqual(await problems("one"), []);
      assert.equal(await place.ask("http://one"), "a again");
    } finally {
      await docker(["network", "rm", other]);
    }
  });

  await step("a container that joins by itself gets none of the apps' addresses", async () => {
    const name = `${CONNECTION}-guest`;
    await docker(["run", "--detach", "--name", name, "--network", NETWORK, "pyserver"]);
    try {
      const format = `{{(index .NetworkSettings.Networks "${NETWORK}").IPAddress}}`;
      const host = Number((await docker(["inspect", "--format", format, name])).split(".")[3]);
      assert.ok(host >= 192, `${host}`);
    } finally {
      await docker(["rm", "--force", name]);
    }
  });

  await step("names that Docker takes and Kubernetes does not", async () => {
    const name = `App_${named("x").repeat(2)}`;
    await place.run(name, "odd");
    const target = ["-n", namespace, "--target", "deployment/two", "--port", "80:8000"];
    const { stdout } = await gefyra("bridge", "-N", name, ...target);
    assert.match(stdout, /^Bridge app-e2e-\S+-two is active/);
    assert.equal(await place.ask("http://two"), "odd");
  });
});

const server = ["python3", "-m", "http.server"];
