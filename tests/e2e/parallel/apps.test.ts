/** A bridge leads to its own app, or what is wrong on this machine is said. */
import assert from "node:assert/strict";
import type { Diagnosis } from "../../lib/doctor/run-checks.ts";
import { docker, eventually } from "../docker.ts";
import { gefyra, tryGefyra } from "./harness/gefyra.ts";
import { CONNECTION } from "./harness/home.ts";
import { apply, kubectl, kubectlJson } from "./harness/kubectl.ts";
import { inApp, scene } from "./harness/scene.ts";
import { ordered } from "./harness/steps.ts";
import { tools, workload } from "./harness/workloads.ts";

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
  await using place = await scene("apps");
  const { namespace } = place;
  const step = ordered(t);
  await Promise.all([place.apply([tools(), ...workload("one"), ...workload("two")]), gefyra("up")]);
  await Promise.all([place.run("app-a", "a"), place.run("app-b", "b")]);
  const warned = (await place.bridge("app-a", "one")).stderr;
  const address = await addressOf("app-a");

  await step("a bridge that works says nothing, and nothing is wrong", async () => {
    assert.doesNotMatch(warned, /Warning/);
    assert.deepEqual(await problems("one"), []);
    assert.match((await gefyra("status")).stdout, /^Bridges: +one: Active, 1\/1 pods of deployment\/one/m);
    assert.deepEqual(await doctor(), ["ok: one: active"]);
  });

  await step(
    "an app that is gone keeps its address: another one gets neither it nor the traffic",
    async () => {
      await docker(["rm", "--force", "app-a"]);
      await place.run("app-c", "c");
      assert.notEqual(await addressOf("app-c"), address);
      const { stdout, stderr } = await place.inPod("curl", "-s", "--max-time", "4", "http://one");
      assert.doesNotMatch(stdout, /./, stderr);
      assert.deepEqual(await problems("one"), ['app "app-a" is gone']);
      assert.deepEqual(await doctor(), ['broken: one: app "app-a" is gone']);
    },
  );

  await step("under its name it gets the address back, and the traffic", async () => {
    await place.run("app-a", "a again");
    assert.equal(await addressOf("app-a"), address);
    await eventually(async () => assert.equal(await place.ask("http://one"), "a again"));
    assert.deepEqual(await problems("one"), []);
  });

  await step("a bridge made by kubectl holds an address as well", async () => {
    const [client] = (await kubectlJson("get", "gefyraclients", "--namespace", "gefyra")).items;
    const taken = (await listed()).containers.map((one) => Number(one.address?.split(".")[3]));
    // The one that the next app would get.
    let next = Number(address.split(".")[3]);
    while (taken.includes(next)) next++;
    const bridge = {
      apiVersion: "gefyra.dev/v1alpha1",
      kind: "GefyraBridge",
      metadata: { name: "by-kubectl" },
      spec: {
        client: client.metadata.name,
        target: { kind: "Deployment", name: "missing" },
        ports: [{ remote: 80, local: 8000 }],
        destination: { name: "app-e", address: client.status.tunnel.subnet.replace(/0\/24$/, `${next}`) },
      },
    };
    await apply(namespace, [bridge]);
    await eventually(async () => {
      const { status } = await kubectlJson(
        "get",
        "gefyraclient",
        client.metadata.name,
        "--namespace",
        "gefyra",
      );
      assert.ok(
        status.apps.some(({ name }: { name: string }) => name === "app-e"),
        JSON.stringify(status.apps),
      );
    });
    await place.run("app-d", "d");
    await place.run("app-e", "e");
    assert.notEqual(await addressOf("app-d"), address.replace(/\d+$/, `${next}`));
    assert.equal(await addressOf("app-e"), address.replace(/\d+$/, `${next}`));
    await kubectl("delete", "gefyrabridge", "by-kubectl", "--namespace", namespace);
    await docker(["rm", "--force", "app-d", "app-e"]);
  });

  await step("an app that is stopped or paused is named, with what starts it", async () => {
    await docker(["pause", "app-a"]);
    assert.deepEqual(await problems("one"), ['app "app-a" is paused']);
    await docker(["unpause", "app-a"]);
    await docker(["stop", "--time", "1", "app-a"]);
    assert.deepEqual(await problems("one"), ['app "app-a" is exited']);
    assert.match((await gefyra("list")).stdout, /→ docker start app-a/);
    await docker(["start", "app-a"]);
    await eventually(async () => assert.deepEqual(await problems("one"), []));
  });

  await step("a port that nobody listens on, or on 127.0.0.1 only, is warned of", async () => {
    for (const port of ["9998", "9999"]) {
      if (port === "9998") await docker(["exec", "-d", "app-b", ...server, "--bind", "127.0.0.1", port]);
      const target = ["-n", namespace, "--target", "deployment/two", "-I", "two"];
      const { stdout, stderr } = await gefyra("bridge", "-N", "app-b", ...target, "--port", `80:${port}`);
      assert.match(stdout, /^Bridge two is active/);
      assert.match(
        stderr,
        new RegExp(`^Warning: app-b:${port} refuses connections.*\n  → .*0\\.0\\.0\\.0`, "m"),
      );
      assert.match((await problems("two"))[0]!, new RegExp(`^app-b:${port} refuses connections`));
      assert.match((await doctor())[0]!, /^broken: two: app-b:/);
      await gefyra("unbridge", "-N", "two");
    }
  });

  await step("an app that joins another network stays in the cluster, after a restart, too", async () => {
    const other = `${CONNECTION}-a`;
    await docker(["network", "create", other]);
    try {
      await docker(["network", "connect", other, "app-a"]);
      const works = async () => {
        assert.equal(await place.ask("http://one"), "a again");
        assert.match((await inApp("app-a", "curl", "-sS", "--max-time", "4", "http://two")).stdout, /^hello/);
      };
      await works();
      await docker(["restart", "--time", "1", "app-a"]);
      await eventually(works);
      assert.deepEqual(await problems("one"), []);
      await docker(["network", "disconnect", other, "app-a"]);
      await works();
    } finally {
      await docker(["network", "rm", other]);
    }
  });

  await step("where Docker sends it elsewhere, that is said", async () => {
    const other = `0-0-${CONNECTION}`;
    await docker(["network", "create", other]);
    const said =
      `app "app-a" sends through Docker network "${other}" instead of Cargo, and does not reach the cluster`;
    try {
      await docker(["network", "connect", other, "app-a"]);
      assert.equal((await listed()).containers.find(({ name }) => name === "app-a")!.strayGateway, other);
      assert.deepEqual(await problems("one"), [said]);
      assert.deepEqual(await doctor(), [`broken: ${said}`]);
      await docker(["network", "disconnect", other, "app-a"]);
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
    const name = `App_${"x".repeat(70)}`;
    await place.run(name, "odd");
    const target = ["-n", namespace, "--target", "deployment/two", "--port", "80:8000"];
    const { stdout } = await gefyra("bridge", "-N", name, ...target);
    assert.match(stdout, /^Bridge app-x+-two is active/);
    assert.equal(await place.ask("http://two"), "odd");
  });
});

const server = ["python3", "-m", "http.server"];
