/** The archive for bug reports holds what is needed, and nothing that is secret. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { parse } from "yaml";
import { docker } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP, kubeconfig } from "../harness/names.ts";
import { get, type Json, kubectl } from "../harness/kube.ts";
import { containersOf, testEnv } from "../harness/test-env.ts";
import { ordered } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";
import { folder } from "../harness/suite.ts";

/** Path without the archive's own folder, and text. */
async function unpack(file: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const tar = extract();
  tar.end(gunzipSync(await Deno.readFile(file)));
  for await (const entry of tar) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    files.set(entry.header.name.replace(/^[^/]+\//, ""), Buffer.concat(chunks).toString());
  }
  return files;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

Deno.test("a support bundle holds states and logs, and no secret in any form", async (t) => {
  await using place = await testEnv("bundle");
  const step = ordered(t);
  const environment = { name: "SHOP_DATABASE", value: "kept-in-the-cluster-4711" };
  await place.apply([tools(), ...workload("web", { extra: { env: [environment] } })]);
  await gefyra("up");
  const own = "my-own-value-0815";
  await place.run(APP, "local", "-e", `SHOP_KEY=${own}`);
  await place.bridge(APP, "web");
  const [cargo = ""] = await containersOf("cargo");

  const { users: [{ user }] } = parse(await Deno.readTextFile(kubeconfig)) as Json;
  const stowawayKey = await get("Secret", "gefyra-stowaway-key", "gefyra");
  const operator = ["deployment/gefyra-operator", "--namespace", "gefyra"];
  const mounted = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  const pem = atob(user["client-key-data"]);
  const secrets: Record<string, string> = {
    "Cargo's private key": await docker(["exec", cargo, "cat", "/var/lib/cargo/private.key"]),
    "Stowaway's private key": atob(stowawayKey.data.privateKey),
    "the operator's token": await kubectl("exec", ...operator, "--", "cat", mounted),
    "a user's token": await kubectl("create", "token", "default", "--namespace", place.namespace),
    "a value of the app's environment": own,
    "a value of the bridged pod's environment": environment.value,
    "the kubeconfig's key": pem.split("\n")[1]!,
    "the kubeconfig's key as it stands there": user["client-key-data"],
  };

  await step("also where all of them were written into logs", async () => {
    const said = Object.values(secrets).flatMap((secret) => [secret, base64(secret), `{"is":"${secret}"}`]);
    const text = [...said, pem].join("\n");
    await docker(
      ["exec", "--interactive", cargo, "sh", "-c", "cat > /proc/1/fd/1"],
      new TextEncoder().encode(text),
    );
    assert.ok((await docker(["logs", cargo])).includes(secrets["Cargo's private key"]!));
    const stowaway = [
      "exec",
      "statefulset/gefyra-stowaway",
      "--namespace",
      "gefyra",
      "--container",
      "stowaway",
      "--",
    ];
    for (const line of said) await kubectl(...stowaway, "sh", "-c", `printf '%s\n' '${line}' > /proc/1/fd/1`);
  });

  const file = `${place.folder}/bundle.tar.gz`;
  let files = new Map<string, string>();
  await step("it is written, for its owner only", async () => {
    const { stdout } = await gefyra("support-bundle", "-f", file);
    assert.match(stdout, new RegExp(`^\\d+ files in ${file}`));
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    files = await unpack(file);
  });

  await step("it holds what is needed", () => {
    const names = [...files.keys()];
    const pods = JSON.parse(files.get("cluster/pods.json") ?? "[]").map(({ metadata }: Json) =>
      metadata.name
    );
    assert.equal(pods.length, 2);
    const expected = [
      ...["README.txt", "gefyra.json", "doctor.json"],
      ...[`docker/containers/${cargo}.json`, `docker/containers/${APP}.json`, `docker/logs/${cargo}.log`],
      ...["docker/networks.json", "docker/volumes.json"],
      ...["clients", "bridges", "events", "deployments", "nodes"].map((name) => `cluster/${name}.json`),
      ...pods.map((name: string) => `cluster/logs/gefyra/${name}/${name.split("-")[1]}.log`),
    ];
    assert.deepEqual(expected.filter((name) => !names.includes(name)), []);
    const carriers = names.filter((name) => name.endsWith("/gefyra-carrier.log"));
    assert.equal(carriers.filter((name) => name.startsWith(`cluster/logs/${place.namespace}/`)).length, 1);
    assert.ok(
      !names.includes(`docker/logs/${APP}.log`) && !names.includes("missing.txt"),
      files.get("missing.txt") ?? "",
    );
    assert.equal(JSON.parse(files.get("doctor.json")!).healthy, true);
    const bridges = JSON.parse(files.get("cluster/bridges.json")!);
    const bridge = bridges.find(({ metadata }: Json) => metadata.namespace === place.namespace);
    assert.equal(bridge.status.phase, "Active");
    const { Config } = JSON.parse(files.get(`docker/containers/${APP}.json`)!);
    assert.ok(Config.Env.includes("SHOP_KEY=<removed>"), Config.Env.join());
    assert.match(files.get(`docker/logs/${cargo}.log`)!, /gateway 1.*<removed>/s);
    const [bridged] = [...files].filter(([name]) =>
      name.startsWith("cluster/bridged/") && name.includes("/web-")
    );
    assert.deepEqual(JSON.parse(bridged![1]).spec.containers[0].env, [{
      ...environment,
      value: "<removed>",
    }]);
    return Promise.resolve();
  });

  for (const [name, secret] of Object.entries(secrets)) {
    await step(`${name} is nowhere in it`, () => {
      assert.ok(secret.length > 10, name);
      const forms = [secret, base64(secret).replace(/.{1,3}$/, ""), encodeURIComponent(secret)];
      for (const [path, text] of files) {
        const whole = `${path}\n${text}`;
        for (const form of forms) assert.ok(!whole.includes(form), `${path} has it`);
        assert.ok(!whole.replaceAll(/\\n|\s/g, "").includes(secret), `${path} has it in pieces`);
      }
      return Promise.resolve();
    });
  }

  await step(
    "without Docker and without a cluster it holds what doctor says, and what is missing",
    async () => {
      const env = { DOCKER_HOST: `unix://${folder}/missing.sock` };
      await tryGefyra(["support-bundle", "-f", file, "--kubeconfig", `${folder}/missing`], env);
      const few = await unpack(file);
      assert.equal(JSON.parse(few.get("doctor.json")!).healthy, false);
      assert.match(few.get("missing.txt")!, /^docker\/\S+: [\s\S]*^cluster: Cannot read the kubeconfig/m);
    },
  );
});
