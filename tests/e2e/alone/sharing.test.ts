/** Several bridges of one workload live together, and with --keep-connections these finish where they began. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { jsonOf, talk } from "../../talk.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { lossText, startLoad } from "../harness/load-client.ts";
import { testEnv } from "../harness/test-env.ts";
import { polyglot, polyglotAt, runPolyglot } from "../harness/polyglot.ts";
import { bytes, http } from "../harness/ask-polyglot.ts";
import { ordered, report } from "../harness/steps.ts";
import { tools } from "../harness/workloads.ts";
import { named } from "../harness/names.ts";

const SHARED = "shared", KERNEL = "kernel";
const users = ["alice", "bob"];

type Address = { hostname: string; port: number };

/** A connection that is kept, and who answers on it. */
async function kept({ hostname, port }: Address, user: string | undefined) {
  const client = await talk(hostname, port);
  return {
    who: async (): Promise<string> => {
      await client.say(`GET / HTTP/1.1\r\nHost: x\r\n${user ? `X-User: ${user}\r\n` : ""}\r\n`);
      return jsonOf(await client.hear((text) => text.endsWith("}"))).name;
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/** A pipe that HTTP was upgraded to; says a word back. */
async function pipe({ hostname, port }: Address, user: string) {
  const client = await talk(hostname, port);
  await client.say(
    `GET /upgrade HTTP/1.1\r\nHost: x\r\nX-User: ${user}\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n`,
  );
  const head = await client.hear((text) => text.endsWith("\r\n\r\n"));
  return {
    name: /x-name: (\S+)/i.exec(head)?.[1],
    assertOpen: async (word: string) => {
      await client.say(word);
      assert.equal(await client.hear(), word);
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

Deno.test("bridges share a workload, and nobody's connection is cut", async (t) => {
  await using place = await testEnv("sharing");
  const step = ordered(t);
  const objects = [tools(), ...polyglot(SHARED), ...polyglot(KERNEL)];
  await Promise.all([place.applyUnasked(objects), gefyra("up")]);
  await Promise.all(users.map((user) => runPolyglot(place, user)));
  const [shared, kernel] = await Promise.all([
    polyglotAt(place.namespace, SHARED),
    polyglotAt(place.namespace, KERNEL),
  ]);
  const args = (app: string, name: string, target: string, ...options: string[]) => {
    const to = ["-n", place.namespace, "--target", `deploy/${target}`, "-I", name];
    return ["bridge", "-N", named(app), ...to, "--port", "http1:8001", "--keep-connections", ...options];
  };
  const who = http["HTTP/1.1"]!;
  const answers = () => Promise.all([...users, "carol", undefined].map((user) => who(shared, user)));
  await eventually(async () => assert.deepEqual(new Set(await answers()), new Set(["original"])), 30_000);

  await step("in the kernel, connections finish where they began, at bridge and at unbridge", async () => {
    await eventually(() => who(kernel, undefined));
    await using old = await kept(kernel.http1, undefined);
    await using lines = await talk(kernel.lines.hostname, kernel.lines.port);
    assert.equal(await old.who(), "original");
    await gefyra(...args("alice", KERNEL, KERNEL), "--port", "lines:8003");
    assert.equal(await who(kernel, undefined), "alice");
    assert.equal(await bytes["lines over TCP"]!(kernel), "alice");
    assert.equal(await old.who(), "original");
    await lines.say("still here\n");
    assert.equal(await lines.hear(), "original still here\n");
    await using late = await kept(kernel.http1, undefined);
    assert.equal(await late.who(), "alice");
    await gefyra("unbridge", "-N", KERNEL);
    assert.equal(await who(kernel, undefined), "original");
    assert.equal(await late.who(), "alice");
    assert.equal(await old.who(), "original");
  });

  await step("two users have their own, and everybody else the original", async () => {
    await Promise.all(
      users.map((user) => gefyra(...args(user, user, SHARED, "--match", `header:x-user=${user}`))),
    );
    assert.deepEqual(await answers(), ["alice", "bob", "original", "original"]);
  });

  await step(
    "the same header twice is refused with the holder's name, and so is no match at all",
    async () => {
      const table: [name: string, options: string[], says: RegExp][] = [
        [
          "same",
          ["--match", "header:X-USER=alice"],
          /port http1 \(8001\) with the same match is already bridged by "alice"/,
        ],
        ["open", [], /port http1 \(8001\) is already bridged by "(alice|bob)"/],
        ["instead", ["--replace"], /container "polyglot" is already bridged by "(alice|bob)"/],
      ];
      for (const [name, options, says] of table) {
        for (const more of [[], ["--dry-run"]]) {
          const { code, stderr } = await tryGefyra([...args("bob", name, SHARED, ...options), ...more]);
          assert.notEqual(code, 0, `${name} ${more}`);
          assert.match(stderr, says);
        }
      }
      assert.deepEqual(await answers(), ["alice", "bob", "original", "original"]);
      assert.deepEqual((await gefyra("list", "--bridges", "-q")).stdout.split("\n"), users);
    },
  );

  await step("a bridge that goes, or comes, cuts no connection of another, nor its own", async () => {
    await using alice = await pipe(shared.http1, "alice");
    await using bob = await pipe(shared.http1, "bob");
    await using carol = await pipe(shared.http1, "carol");
    assert.deepEqual([alice.name, bob.name, carol.name], ["alice", "bob", "original"]);
    await gefyra("unbridge", "-N", "bob");
    for (const one of [alice, bob, carol]) await one.assertOpen("after unbridge");
    assert.deepEqual(await answers(), ["alice", "original", "original", "original"]);
    await gefyra(...args("bob", "bob", SHARED, "--match", "header:x-user=bob"));
    for (const one of [alice, bob, carol]) await one.assertOpen("after bridge");
    assert.deepEqual(await answers(), ["alice", "bob", "original", "original"]);
    await gefyra("unbridge", "--all");
    for (const one of [alice, bob, carol]) await one.assertOpen("after all");
    assert.deepEqual(new Set(await answers()), new Set(["original"]));
  });

  await step(
    "a request that is on its way when a bridge goes is answered by whom it was sent to",
    async () => {
      await gefyra(...args("alice", "alice", SHARED, "--match", "header:x-user=alice"));
      const events = http["server-sent events"]!;
      await Promise.all([
        events(shared, "alice").then((name) => assert.equal(name, "alice")),
        gefyra("unbridge", "-N", "alice"),
      ]);
      assert.equal(await who(shared, "alice"), "original");
    },
  );

  await step("nobody who connects meanwhile is let down, whatever ports come and go", async () => {
    const match = ["--match", "header:x-user=nobody"];
    const other = () => {
      const to = ["-n", place.namespace, "--target", `deploy/${SHARED}`, "-I", "bob", "--port", "http2:8002"];
      return gefyra("bridge", "-N", named("bob"), ...to, ...match);
    };
    const load = await startLoad(place.namespace, `http://${SHARED}:8001`, 200);
    await other();
    for (let i = 0; i < 3; i++) {
      await gefyra(...args("alice", "alice", SHARED, ...match));
      await gefyra("unbridge", "-N", "alice");
    }
    await gefyra("unbridge", "--all");
    const result = await load.stop();
    report(lossText(result));
    assert.deepEqual(result.lost, []);
  });
});
