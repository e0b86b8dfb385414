/** The API server is all that can be reached. */
import assert from "node:assert/strict";
import { NAMESPACE, RELAY, STOWAWAY_POD, WIREGUARD_NODE_PORT } from "../../../lib/names.ts";
import { hostIn, hosts } from "../../../lib/config/addresses.ts";
import { docker, eventually, exec, tryDocker } from "../../docker.ts";
import { nft } from "../harness/cut.ts";
import { gefyra } from "../harness/gefyra.ts";
import { APP, CONTROL_PLANE, WORKER } from "../harness/names.ts";
import { kubectl, list, tryKubectl } from "../harness/kube.ts";
import { containersOf, inApp, networks, type TestEnv, testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";

const URL = "http://web";
const ACCOUNT = `system:serviceaccount:gefyra:${RELAY}`;
const NOTICED = /the connection carries nothing any more/;
const inGefyra = ["--namespace", "gefyra"];

const local = async (place: TestEnv) => assert.equal(await place.ask(URL), "local");
const containerOf = async (role: "cargo" | "relay") => (await containersOf(role))[0] ?? "";
const logOfRelay = async () => await docker(["logs", await containerOf("relay")]);
const up = (transport: string) => gefyra("up", "--transport", transport);
/** Fails until the tunnel works both modes again. */
const bothWays = async (place: TestEnv) => {
  const { code, stderr } = await inApp(APP, "curl", "-sS", "--max-time", "2", "--fail", "http://plain");
  assert.equal(code, 0, stderr);
  await local(place);
};

Deno.test("through the API server everything works, and comes back", async (t) => {
  await using place = await testEnv("relay");
  const step = ordered(t);
  await place.apply([tools(), ...workload("web"), ...workload("plain")]);
  const before = await snapshot();

  await step("up connects, both modes, and says how", async () => {
    const took = await timed(async () => {
      const { stdout } = await up("api-server");
      assert.match(stdout, /^Connected to \S+ over the API server, [\d,]+ bytes MTU, [\d.]+ ms\.$/);
    });
    await cargoAnswersAtOnce();
    const status = JSON.parse((await gefyra("status", "-o", "json")).stdout);
    assert.deepEqual([status.connected, status.cargo.transport], [true, "API server"]);
    assert.match((await gefyra("status")).stdout, /^Endpoint: .*\(API server\)$/m);
    report(`up took ${took}`);
  });

  await step("up again changes nothing", async () => {
    const { stdout } = await up("api-server");
    assert.match(stdout, /^Already connected to \S+ over the API server/);
  });

  await step("names lead into the cluster, and a bridge leads out of it", async () => {
    await place.run(APP, "local");
    await place.bridge(APP, "web");
    await bothWays(place);
    assert.deepEqual([...new Set(await place.askOften(URL, 30))], ["local"]);
  });

  await step(
    "when up has changed the transport, what comes from the cluster is answered at once",
    async () => {
      const address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
      const endpoint = `${await docker(["inspect", "--format", address, WORKER])}:${WIREGUARD_NODE_PORT}`;
      const direct = ["--transport", "docker-network"], relayed = ["--transport", "api-server"];
      for (const options of [direct, relayed, ["--endpoint", endpoint], relayed, direct, relayed]) {
        assert.match((await gefyra("up", ...options)).stdout, /^Connected/, options.join(" "));
        await localAtOnce(place, options.join(" "));
        await cargoAnswersAtOnce();
      }
    },
  );

  await step("a large body arrives whole both modes", () => assertWhole(place));
  await step("to a faster way and back, under a connection that goes on", () => assertUnbroken(place));
  await step("the token may open a port of Stowaway's pod, and do nothing else", assertRole);
  await step("the token shows nowhere", assertSecret);

  await step("the operator's new token comes down the open line", async () => {
    const settled = () => eventually(async () => assert.ok(lifetime(await token()) >= 3600), 30_000);
    await spoilToken();
    await kubectl("delete", "pod", ...inGefyra, "--selector", "app.kubernetes.io/component=operator");
    await settled();
    await bothWays(place);
  });

  await step("a token that is too old is told, and up brings a new one", async () => {
    await spoilToken();
    await docker(["restart", await containerOf("relay")]);
    await eventually(async () => assert.match(await logOfRelay(), /answers 401/), 20_000);
    await up("api-server");
    await eventually(() => bothWays(place), 30_000);
  });

  await step("a line that swallows everything is noticed and left within 15 s", async () => {
    const noticed = () => eventually(async () => assert.match(await logOfRelay(), NOTICED), 20_000);
    await swallow();
    try {
      const [found, took] = await Promise.all([
        timed(noticed),
        timed(() => eventually(() => bothWays(place), 40_000)),
      ]);
      report(`noticed ${found}, mended ${took} after the line had begun to swallow everything`);
      assert.ok(parseFloat(found) < 15, found);
      assert.ok(parseFloat(took) < 20, took);
    } finally {
      await docker(["exec", CONTROL_PLANE, "nft", "delete", "table", "inet", "hole"]);
    }
  });

  await step("it comes back after Cargo's restart, the relay's and Stowaway's", async () => {
    const restarts: Record<string, () => Promise<unknown>> = {
      "Cargo's restart": async () => await docker(["restart", await containerOf("cargo")]),
      "the relay's restart": async () => await docker(["restart", await containerOf("relay")]),
      "the relay's death": async () => await docker(["kill", "--signal", "KILL", await containerOf("relay")]),
      "Stowaway's death": () => kubectl("delete", "pod", ...inGefyra, STOWAWAY_POD, "--grace-period=1"),
    };
    for (const [name, restart] of Object.entries(restarts)) {
      await restart();
      // Docker takes a container that was killed by hand for one that is meant to be stopped.
      if (name.endsWith("relay's death")) await docker(["start", await containerOf("relay")]);
      report(`it worked again ${await timed(() => eventually(() => bothWays(place), 60_000))} after ${name}`);
    }
  });

  await step("down leaves nothing", async () => {
    await gefyra("unbridge", "--all");
    assert.match((await gefyra("down")).stdout, /^Disconnected/);
    await assertUnchanged(before);
  });

  // Last, since pods have other addresses then.
  await step("it comes back after a restart of the API server's node", async () => {
    await up("api-server");
    await place.run(APP, "local");
    await place.bridge(APP, "web");
    await bothWays(place);
    await docker(["restart", CONTROL_PLANE]);
    const took = await timed(() => eventually(() => bothWays(place), 180_000));
    report(`it worked again ${took} after the node's restart`);
  });
});

/** A lost SYN is repeated after a second. */
async function localAtOnce(place: TestEnv, what: string): Promise<void> {
  const { code, stdout, stderr } = await place.inPod("curl", "-sS", "--fail", "--max-time", "0.9", URL);
  assert.equal(code, 0, `${what}: ${stderr}`);
  assert.equal(stdout, "local");
}

/** Stowaway opens a connection to Cargo's resolver, which Cargo admits for that: there need not be an app yet. */
async function cargoAnswersAtOnce(): Promise<void> {
  const rule = 'insert rule ip gefyra input iifname "wg0" tcp dport 53 accept';
  await exec(await containerOf("cargo"), "nft", rule);
  const [client] = await list("GefyraClient", NAMESPACE);
  const cargo = hostIn(client.status.tunnel.subnet, hosts.cargo);
  const command = ["timeout", "0.9", "bash", "-c", `exec 3<>/dev/tcp/${cargo}/53`];
  await kubectl("exec", ...inGefyra, STOWAWAY_POD, "--container", "stowaway", "--", ...command);
  await exec(await containerOf("cargo"), "nft", "-f", "/dev/shm/cargo/live/nftables.conf");
}

const spoilToken = async () =>
  await exec(await containerOf("relay"), "sh", "-c", "echo spoilt > /run/gefyra-relay/token");

async function token(): Promise<string> {
  return await exec(await containerOf("relay"), "cat", "/run/gefyra-relay/token");
}

/** Seconds. */
function lifetime(jwt: string): number {
  const payload = jwt.split(".")[1];
  if (!payload) return 0;
  const { exp, iat } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  return exp - iat;
}

/** From now on nothing passes on the lines that are open; new ones work. */
async function swallow(): Promise<void> {
  // The relay comes over the host, through Docker's published port.
  const gateway = "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}";
  const host = await docker(["inspect", "--format", gateway, CONTROL_PLANE]);
  const lines = await exec(CONTROL_PLANE, "ss", "-Htn", "state", "established", "( sport = :6443 )");
  const ports = [...lines.matchAll(/(\S+):(\d+)\s*$/gm)].filter(([, address]) => address!.includes(host))
    .map(([, , port]) => port!);
  assert.ok(ports.length > 0);
  const chain = (hook: string, side: string) =>
    `chain ${hook} { type filter hook ${hook} priority -400; tcp ${
      side === "sport" ? "dport" : "sport"
    } 6443 tcp ${side} { ${ports.join(", ")} } drop; }\n`;
  await nft(
    CONTROL_PLANE,
    `table inet hole { ${chain("prerouting", "sport")} ${chain("output", "dport")}\n}\n`,
  );
}

async function assertWhole(place: TestEnv): Promise<void> {
  await docker(["exec", APP, "sh", "-c", "head -c 20M /dev/urandom > /src/large"]);
  const expected = (await exec(APP, "sha256sum", "/src/large")).slice(0, 64);
  const { stdout } = await place.inPod("sh", "-c", `curl -sS --fail ${URL}/large | sha256sum`);
  assert.equal(stdout.slice(0, 64), expected);
}

/** 20 MB in about 35 s over one connection, meanwhile two changes of the way. */
async function assertUnbroken(place: TestEnv): Promise<void> {
  const expected = (await exec(APP, "sha256sum", "/src/large")).slice(0, 64);
  let ended = false;
  const curl = `curl -sS --fail --no-keepalive --limit-rate 600K ${URL}/large | sha256sum`;
  const download = place.inPod("sh", "-c", curl).finally(() => ended = true);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  assert.match((await up("docker-network")).stdout, /^Connected to \S+ over the Docker network/);
  assert.deepEqual(await containersOf("relay"), []);
  await local(place);
  assert.match((await up("api-server")).stdout, /^Connected to \S+ over the API server/);
  assert.equal((await containersOf("relay")).length, 1);
  assert.equal(ended, false, "the connection ended before the second change");
  assert.equal((await download).stdout.slice(0, 64), expected);
}

async function assertRole(): Promise<void> {
  const rights = async (account: string) =>
    (await kubectl("auth", "can-i", "--list", ...inGefyra, "--as", account)).split("\n")
      .map((line) => line.replaceAll(/\s+/g, " ").trim()).sort();
  const everybodys = await rights("system:serviceaccount:gefyra:default");
  const own = (await rights(ACCOUNT)).filter((line) => !everybodys.includes(line));
  assert.deepEqual(own, [`pods/portforward [] [${STOWAWAY_POD}] [get create]`]);
  const operator = await kubectl("get", "pods", ...inGefyra, "--output", "name");
  const other = operator.split("\n").find((name) => name.includes("operator"))!;
  for (const [verb, what] of [["create", other], ["get", `pods/${STOWAWAY_POD}`], ["list", "pods"]]) {
    const args = ["auth", "can-i", verb!, what!, ...inGefyra, "--as", ACCOUNT];
    const { stdout } = await tryKubectl(...args, ...(what === other ? ["--subresource", "portforward"] : []));
    assert.equal(stdout, "no", args.join(" "));
  }
}

async function assertSecret(): Promise<void> {
  const secret = await token();
  assert.ok(secret.split(".").length === 3);
  const relay = await containerOf("relay"), cargo = await containerOf("cargo");
  const mode = await exec(relay, "stat", "--format", "%a %u", "/run/gefyra-relay/token");
  assert.equal(mode, "600 65532");
  const logs = await Promise.all([relay, cargo].map((one) => tryDocker(["logs", one])));
  const shown = {
    "docker inspect": await docker(["inspect", relay, cargo, APP]),
    "the network's labels": await docker(["network", "inspect", ...await networks()]),
    "a log": logs.map(({ stdout, stderr }) => stdout + stderr).join(),
    "a command line": await docker(["top", relay]),
    "an environment": await exec(relay, "env"),
    "the custom resources": await kubectl("get", "gefyraclients,gefyrabridges", "-A", "-o", "json"),
    "an object in gefyra's namespace": await kubectl(
      "get",
      "all,configmaps,secrets",
      ...inGefyra,
      "-o",
      "json",
    ),
    "Stowaway's log": await kubectl("logs", ...inGefyra, STOWAWAY_POD, "--all-containers"),
    "the operator's log": await kubectl("logs", ...inGefyra, "deployment/gefyra-operator"),
  };
  for (const [where, text] of Object.entries(shown)) {
    assert.ok(!text.includes(secret), `the token is in ${where}`);
  }
  // The app container has neither the volume nor the socket.
  assert.doesNotMatch(shown["docker inspect"].split(`"/${APP}"`)[1] ?? "", /gefyra-relay/);
}
