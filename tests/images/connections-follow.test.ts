/** Connections that clients keep go where a pod's rules lead, when these change. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { archive } from "../../lib/archive.ts";
import { parseMatch } from "../../lib/api/match.ts";
import { carrierFiles, type Share } from "../../lib/config/carrier.ts";
import { imageOf } from "../../lib/images.ts";
import { docker, eventually, exec, sandbox } from "../docker.ts";
import { talk } from "../talk.ts";
import { addressOf } from "./carrier.ts";
import { startKept } from "./kept.ts";
import { HTTP1, polyglot } from "./polyglot.ts";

const CARRIER = "/opt/carrier/bin/carrier", AGENT = "/opt/carrier/bin/agent";
const ADMIN = ["--user", "0", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN"];
const CLIENTS = 10;

Deno.test("kept connections follow a switch, and no request fails", async (t) => {
  await using box = sandbox();
  const network = await box.network("pods", []);
  const pod = await box.run("pod", ["--network", network], "debian:trixie-slim", ["sleep", "infinity"]);
  const carrier = await box.run("carrier", ["--network", `container:${pod}`, ...ADMIN], imageOf("carrier"));
  await polyglot(box, "original", ["--network", `container:${pod}`]);
  const local = await polyglot(box, "local", ["--network", network]);
  const inLocal = await box.run(
    "in-local",
    ["--network", `container:${local}`, ...ADMIN],
    imageOf("carrier"),
  );
  const [podIp, localIp] = await Promise.all([addressOf(pod), addressOf(local)]);
  const url = `${podIp}:${HTTP1}`;

  /** A bridge of the port; the local app itself is where Stowaway would be. */
  const share = (more: Partial<Share> & { path?: "kernel" | "http" } = {}): Share => ({
    bridge: "mine",
    record: {
      ...{ name: "web-1", uid: "1", mode: "beside", container: "web", state: "Active" },
      ports: [{ remote: HTTP1, port: HTTP1, protocol: "TCP", path: more.path ?? "kernel" }],
    },
    stowawayPorts: new Map([[`${HTTP1}/TCP`, HTTP1]]),
    match: undefined,
    fallback: false,
    mirror: false,
    drainMs: 2_000,
    ...more,
  });
  const apply = async (shares: Share[], silent: number[] = []): Promise<number> => {
    const files = carrierFiles({ status: { podIP: podIp } }, shares, localIp, silent);
    const said = await docker(
      ["exec", "--interactive", carrier, CARRIER, "apply"],
      await archive({ ...files }),
    );
    return Number(/^connections: (\d+)$/m.exec(said)?.[1] ?? 0);
  };
  const connections = async () =>
    (JSON.parse(await exec(carrier, CARRIER, "status")).connections ?? []).map(
      ({ moved, cut, open }: Record<string, number>) => ({ moved, cut, open }),
    );
  const followed = (expected: { moved: number; cut: number; open: number }) =>
    eventually(async () => assert.deepEqual(await connections(), [expected]));
  const release = async () => {
    await apply([]);
    await exec(inLocal, AGENT, "connections", "drain", "--port", `${HTTP1}`, "--timeout", "0s");
    await eventually(async () =>
      assert.ok((await connections()).every(({ open }: { open: number }) => !open))
    );
  };

  await t.step("in the kernel: from the original to the local app", async () => {
    await using kept = await startKept(box, network, url, CLIENTS);
    await delay(500);
    assert.equal(await apply([share()]), CLIENTS);
    const active = Date.now();
    await followed({ moved: CLIENTS, cut: 0, open: 0 });
    await delay(500);
    const { failed, answers, connections } = await kept.stop();
    assert.deepEqual([failed, connections], [[], 2 * CLIENTS]);
    assert.ok(answers.original!.last < active + 1_000, `${answers.original!.last - active} ms`);
    assert.ok(answers.local!.count > 0);
  });

  await t.step(
    "in the kernel: back to the original, their ends are closed in the app's network",
    async () => {
      await using kept = await startKept(box, network, url, CLIENTS);
      await delay(500);
      assert.equal(await apply([]), CLIENTS);
      const active = Date.now();
      const flags = ["--port", `${HTTP1}`, "--peer", podIp];
      const drained = JSON.parse(await exec(inLocal, AGENT, "connections", "drain", ...flags));
      assert.deepEqual(drained, { moved: CLIENTS, cut: 0, open: 0 });
      await followed({ moved: CLIENTS, cut: 0, open: 0 });
      const { failed, answers } = await kept.stop();
      assert.deepEqual(failed, []);
      assert.ok(answers.local!.last < active + 1_500, `${answers.local!.last - active} ms`);
      assert.ok(answers.original!.count > 0);
    },
  );

  await t.step("back to the original, and nobody closes their ends: they are reset in time", async () => {
    await apply([share()]);
    await using client = await talk(podIp, HTTP1);
    const ask = () => client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await ask();
    assert.match(await client.hear((text) => text.endsWith("}")), /"name":"local"/);
    assert.equal(await apply([]), 1);
    await ask();
    assert.match(await client.hear((text) => text.endsWith("}")), /"name":"local"/);
    await followed({ moved: 0, cut: 1, open: 0 });
    await ask();
    assert.equal(await client.hear(() => false, 1_000), "");
  });

  await t.step("of a silent client they are reset at once", async () => {
    await apply([share({ drainMs: 60_000 })]);
    await using client = await talk(podIp, HTTP1);
    await client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.hear((text) => text.endsWith("}"));
    await apply([], [HTTP1]);
    await followed({ moved: 0, cut: 1, open: 0 });
  });

  await t.step("through Nginx, by rules: those that match, and the others", async () => {
    await release();
    await using kept = await startKept(box, network, url, CLIENTS);
    await using mine = await talk(podIp, HTTP1);
    const ask = async (): Promise<string> => {
      await mine.say("GET / HTTP/1.1\r\nHost: x\r\nX-User: alice\r\n\r\n");
      return await mine.hear((text) => text.endsWith("}"), 2_000);
    };
    assert.match(await ask(), /"name":"original"/);
    await delay(500);
    const match = parseMatch([["header:x-user=alice"]]);
    assert.equal(await apply([share({ path: "http", match })]), CLIENTS + 1);
    await followed({ moved: CLIENTS + 1, cut: 0, open: 0 });
    const { failed, answers, connections } = await kept.stop();
    assert.deepEqual([failed, Object.keys(answers), connections], [[], ["original"], 2 * CLIENTS]);
    await using again = await talk(podIp, HTTP1);
    await again.say("GET / HTTP/1.1\r\nHost: x\r\nX-User: alice\r\n\r\n");
    assert.match(await again.hear((text) => text.endsWith("}")), /"name":"local"/);
  });

  await t.step("through Nginx: back to the original, and a stream is cut when the time is up", async () => {
    await using kept = await startKept(box, network, url, CLIENTS);
    await using stream = await talk(podIp, HTTP1);
    await stream.say("GET /ticks HTTP/1.1\r\nHost: x\r\nX-User: alice\r\n\r\n");
    await stream.hear((text) => text.includes("tick"));
    await delay(300);
    const start = Date.now();
    await apply([]);
    assert.ok((await stream.hear(() => false, 6_000)).includes("tick"));
    const took = Date.now() - start;
    assert.ok(took > 1_800 && took < 5_000, `${took} ms`);
    const { failed } = await kept.stop();
    assert.deepEqual(failed, []);
  });

  await t.step("those that are to stay do", async () => {
    await using client = await talk(podIp, HTTP1);
    const name = async () => {
      await client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      return /"name":"(\w+)"/.exec(await client.hear((text) => text.endsWith("}")))?.[1];
    };
    assert.equal(await name(), "original");
    const stay = share({ drainMs: undefined });
    assert.equal(await apply([stay]), 0);
    await delay(1_500);
    assert.equal(await name(), "original");
  });
});
