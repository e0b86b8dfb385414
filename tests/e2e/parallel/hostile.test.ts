/** Whoever means harm gets a refusal, or something harmless. */
import assert from "node:assert/strict";
import { eventually, exec } from "../../docker.ts";
import { ask, jsonOf } from "../../talk.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { CONTROL_PLANE, named } from "../harness/names.ts";
import { get, type Json, kube, kubectl, tryKubectl } from "../harness/kube.ts";
import { clientOf, testEnv } from "../harness/test-env.ts";
import { polyglot, polyglotAt, runPolyglot } from "../harness/polyglot.ts";
import { http } from "../harness/ask-polyglot.ts";
import { ordered } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";

/** As long as Kubernetes lets a label be. */
const LONG = "l".repeat(63);
/** The same of a container, which nobody else has. */
const LONG_APP = named("long").padEnd(63, "l");
const who = http["HTTP/1.1"]!;

Deno.test("hostile: long names, odd matches and foreign resources do no harm", async (t) => {
  await using place = await testEnv("hostile");
  const step = ordered(t);
  const { namespace } = place;
  const inNamespace = ["--namespace", namespace];
  await Promise.all([
    place.applyUnasked([
      ...[tools(), ...workload(LONG, { container: LONG })],
      ...[...polyglot("victim"), ...polyglot("other")],
    ]),
    gefyra("up"),
  ]);
  await Promise.all([runPolyglot(place, "local"), place.run(LONG_APP, "long")]);
  const [victim, other] = await Promise.all([
    polyglotAt(namespace, "victim"),
    polyglotAt(namespace, "other"),
  ]);
  await eventually(async () => assert.equal(await who(victim, "alice"), "original"), 30_000);
  await eventually(async () => assert.equal(await who(other, "alice"), "original"), 30_000);
  const client = await clientOf(), { name: user } = await (await kube.cluster()).user();
  const bridge = (name: string, target: string, ...options: string[]) => {
    const to = ["-n", namespace, "--target", `deploy/${target}`, "-I", name];
    return ["bridge", "-N", named("local"), ...to, "--port", "http1:8001", ...options];
  };
  const address = async () => {
    const { spec } = await get("GefyraBridge", "mine", namespace);
    return spec.destination.address as string;
  };
  const phase = async (name: string) => {
    const { status } = await get("GefyraBridge", name, namespace);
    const ready = status?.conditions?.find(({ type }: Json) => type === "Ready");
    return `${status?.phase} ${ready?.reason}`;
  };
  /** As somebody who may create bridges by hand. */
  const create = (name: string, spec: Json, more: Json = {}) => {
    const { client: owner = client.metadata.name, target = "other", ...rest } = spec;
    const object = {
      apiVersion: "gefyra.dev/v1alpha1",
      kind: "GefyraBridge",
      metadata: { name, namespace },
      spec: {
        owner: { user },
        client: owner,
        target: { kind: "Deployment", name: target },
        ports: [{ remote: 8001, local: 8001 }],
        ...rest,
      },
      ...more,
    };
    return tryCreate(object);
  };

  await step("names of 63 characters work, in all places at once", async () => {
    const to = ["-n", namespace, "--target", `deploy/${LONG}/${LONG}`, "--port", "80:8000", "-I", LONG];
    await gefyra("bridge", "-N", LONG_APP, ...to, "--match", `header:x-${LONG}=${"v".repeat(200)}`);
    const header = ["--header", `X-${LONG}: ${"v".repeat(200)}`];
    await eventually(async () => assert.equal(await place.ask(`http://${LONG}`, ...header), "long"));
    assert.match(await place.ask(`http://${LONG}`), /^hello from nginx/);
    await gefyra("unbridge", "-N", LONG);
  });

  await step("whatever stands in a match is text, and never configuration or a command", async () => {
    const marker = `/tmp/marked-${namespace}`;
    const values = [
      `a"; } return 500; #`,
      `$(touch ${marker})\`touch ${marker}\``,
      `$host \${remote_addr} \\"; include /etc/passwd;`,
      `'; {} # } server { listen 1; }`,
      "ünïcödé ✓",
    ];
    const rules = values.flatMap((value, i) => [...(i ? ["--or"] : []), "--match", `header:x-odd=${value}`]);
    await gefyra(...bridge("odd", "other", ...rules));
    for (const value of values) {
      const { hostname, port } = other.http1;
      const asked = (text: string) => ask(hostname, port, `GET / HTTP/1.1\nHost: x\nX-Odd: ${text}`);
      assert.equal(jsonOf(await asked(value)).name, "local", value);
      assert.equal(jsonOf(await asked(`${value}x`)).name, "original", value);
      assert.equal(jsonOf(await asked(`x${value}`)).name, "original", value);
    }
    await gefyra("unbridge", "-N", "odd");
    for (const container of [CONTROL_PLANE, named("local")]) {
      assert.equal(await exec(container, "sh", "-c", `ls ${marker} 2>/dev/null || true`), "");
    }
  });

  await step("lines and other controls in a match are refused", async () => {
    for (const value of ["a\nb", "a\r\nX-Other: b", "a\tb", "a\x7fb"]) {
      const { code, stderr } = await tryGefyra(bridge("odd", "other", "--match", `header:x-odd=${value}`));
      assert.notEqual(code, 0);
      assert.match(stderr, /it has a control character/);
    }
  });

  await gefyra(...bridge("mine", "victim", "--match", "header:x-user=alice"));
  const good = { name: "local", address: await address() };

  await step("a regular expression that never ends hurts only those who meet it", async () => {
    await gefyra(...bridge("bomb", "victim", "--match", "header:x-bomb~^(([a-z])+.)+[A-Z]([a-z])+$"));
    const { hostname, port } = victim.http1;
    const bomb = ask(hostname, port, `GET / HTTP/1.1\nHost: x\nX-Bomb: ${"a".repeat(3000)}`);
    const answers = await Promise.all(Array.from({ length: 10 }, () => who(victim, "alice")));
    assert.deepEqual([...new Set(answers)], ["local"]);
    assert.match(await bomb, /^HTTP\/1\.1 /);
    assert.equal(await who(victim, "bob"), "original");
    await gefyra("unbridge", "-N", "bomb");
  });

  await step("a resource that the schema does not know is not admitted", async () => {
    const rule = (more: Json) => ({
      match: [[{ kind: "header", name: "x", operator: "Exact", value: "y", ...more }]],
    });
    const table: [what: string, spec: Json][] = [
      ["an address outside of the tunnel", { destination: { name: "x", address: "10.96.0.1" } }],
      ["Stowaway's own address", { destination: { name: "x", address: "198.18.0.1" } }],
      ["an address that is none", { destination: { name: "x", address: "198.18.999.999" } }],
      ["an address with something behind it", {
        destination: { name: "x", address: "198.18.1.10; flush ruleset" },
      }],
      ["a client that is no name", { destination: good, client: "../other" }],
      ["a target that is a path", { destination: good, target: "../../secrets/x" }],
      ["a match over two lines", { destination: good, ...rule({ value: "a\n}" }) }],
      ["a header that is none", { destination: good, ...rule({ name: "x; }" }) }],
      ["a method that is none", {
        destination: good,
        ...rule({ kind: "method", name: undefined, value: "GET }" }),
      }],
      ["a port that is too high", { destination: good, ports: [{ remote: 8001, local: 70000 }] }],
      ["a port with a name that is none", { destination: good, ports: [{ remote: "x; }", local: 1 }] }],
      ["17 groups", { destination: good, match: Array(17).fill(rule({}).match[0]) }],
    ];
    for (const [what, spec] of table) assert.notEqual((await create("bad", spec)).code, 0, what);
  });

  await step("one that the operator must not follow is refused, and says why", async () => {
    const regex = (value: string) => ({ match: [[{ kind: "header", name: "x", operator: "Regex", value }]] });
    const [a, b] = good.address.split(".");
    const table: [name: string, spec: Json, says: string][] = [
      ["foreign", { destination: { name: "x", address: `${a}.${b}.250.10` } }, "Refused ForeignAddress"],
      ["stowaways", { destination: { name: "x", address: "198.18.0.10" } }, "Refused ForeignAddress"],
      ["no-address", { destination: { name: "x", address: "198.18.999.99" } }, "Refused ForeignAddress"],
      ["nobodys", { destination: good, client: "nobody" }, "Waiting ClientMissing"],
      ["behind", { destination: good, ...regex("(?<=a)b") }, "Refused InvalidMatch"],
      ["recursive", { destination: good, ...regex("(a(?R)b)") }, "Refused InvalidMatch"],
      ["open-group", { destination: good, ...regex("(a") }, "Refused InvalidMatch"],
    ];
    for (const [name, spec] of table) {
      const { code, stderr } = await create(name, spec);
      assert.equal(code, 0, `${name}: ${stderr}`);
    }
    for (const [name, , says] of table) {
      await eventually(async () => assert.equal(await phase(name), says, name));
    }
    assert.equal(await who(other, "x"), "original");
    const names = table.map(([name]) => `gefyrabridge/${name}`);
    await kubectl("delete", ...inNamespace, "--timeout", "20s", ...names);
  });

  await step("a status that comes along is not believed", async () => {
    const [pod] = await place.pods("other");
    const record = {
      name: pod.metadata.name,
      uid: pod.metadata.uid,
      mode: "replace",
      container: "polyglot",
      state: "Active",
      originalImage: "evil:latest",
      ports: [],
    };
    const status = {
      phase: "Active",
      ports: [{ remote: 8001, protocol: "TCP", stowaway: 10000 }],
      pods: [record],
    };
    assert.equal((await create("believed", { destination: good }, { status })).code, 0);
    await eventually(async () => assert.equal(await phase("believed"), "Active Bridged"));
    assert.equal(await who(other, "x"), "local");
    await kubectl("delete", ...inNamespace, "--timeout", "20s", "gefyrabridge/believed");
    const [after] = await place.pods("other");
    assert.equal(after.spec.containers[0].image, pod.spec.containers[0].image);
    assert.equal(await who(other, "x"), "original");
  });

  await step(
    "one that turns hostile when it is active gives back what it has, and takes nobody along",
    async () => {
      const match = [[{ kind: "header", name: "x-user", operator: "Exact", value: "mallory" }]];
      const turns: [name: string, patch: Json, says: string][] = [
        [
          "regex",
          { match: [[{ kind: "header", name: "x-user", operator: "Regex", value: "(?<=a)b" }]] },
          "Refused InvalidMatch",
        ],
        ["away", { destination: { name: "x", address: "198.18.0.10" } }, "Refused ForeignAddress"],
        [
          "same",
          { match: [[{ kind: "header", name: "X-User", operator: "Exact", value: "alice" }]] },
          "Refused Conflict",
        ],
      ];
      for (const [name, patch, says] of turns) {
        assert.equal((await create(name, { target: "victim", destination: good, match })).code, 0);
        await eventually(async () => assert.equal(await phase(name), "Active Bridged"));
        assert.equal(await who(victim, "mallory"), "local");
        await kubectl(
          "patch",
          "gefyrabridge",
          name,
          ...inNamespace,
          "--type=merge",
          "-p",
          JSON.stringify({ spec: patch }),
        );
        await eventually(async () => assert.equal(await phase(name), says, name));
        await eventually(async () => assert.equal(await who(victim, "mallory"), "original", name));
        // Others are served, and can be changed.
        await gefyra(...bridge("late", "victim", "--match", "header:x-user=carol"));
        assert.deepEqual([await who(victim, "alice"), await who(victim, "carol")], ["local", "local"]);
        await gefyra("unbridge", "-N", "late");
        await kubectl("delete", ...inNamespace, "--timeout", "20s", `gefyrabridge/${name}`);
      }
    },
  );

  await step("a client with another's key, or that is no key, gets nothing", async () => {
    const make = (name: string, publicKey: string) =>
      tryCreate({
        apiVersion: "gefyra.dev/v1alpha1",
        kind: "GefyraClient",
        metadata: { name, namespace: "gefyra" },
        spec: { owner: { user }, publicKey },
      });
    for (const key of ["", "x\nAllowedIPs = 0.0.0.0/0", `${client.spec.publicKey.slice(0, -2)}]=`]) {
      assert.notEqual((await make("bad", key)).code, 0);
    }
    assert.equal((await make("twin", client.spec.publicKey)).code, 0);
    // The one who was there first keeps the tunnel.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.equal(await who(victim, "alice"), "local");
    await tryKubectl("delete", "gefyraclient", "twin", "--namespace", "gefyra", "--timeout", "20s");
    assert.equal(await who(victim, "alice"), "local");
  });

  /** As it stands: the API server may refuse it. */
  async function tryCreate(object: Json) {
    return await (await kube.cluster()).create(object).then(
      () => ({ code: 0, stderr: "" }),
      (error) => ({ code: 1, stderr: String(error) }),
    );
  }
});
