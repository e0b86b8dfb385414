/** Connections that are open when a pod is switched, closed between two requests. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { imageOf } from "../../lib/images.ts";
import { exec, sandbox, tryDocker } from "../docker.ts";
import { talk } from "../talk.ts";
import { addressOf } from "./carrier.ts";
import { startKept } from "./kept.ts";
import { HTTP1, polyglot } from "./polyglot.ts";

const AGENT = "/opt/carrier/bin/agent";
const ADMIN = ["--user", "0", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN"];

Deno.test("open connections are closed between requests", async (t) => {
  await using box = sandbox();
  const network = await box.network("pods", []);
  const pod = await box.run("pod", ["--network", network], "debian:trixie-slim", ["sleep", "infinity"]);
  const carrier = await box.run("carrier", ["--network", `container:${pod}`, ...ADMIN], imageOf("carrier"));
  await polyglot(box, "original", ["--network", `container:${pod}`]);
  const ip = await addressOf(pod);
  const drain = async (...flags: string[]) =>
    JSON.parse(await exec(carrier, AGENT, "connections", "drain", ...flags));

  await t.step("those of busy clients, GET and POST, and no request fails", async () => {
    const clients = 10, rounds = 3;
    await using kept = await startKept(box, network, `${ip}:${HTTP1}`, clients);
    for (let round = 0; round < rounds; round++) {
      await delay(300);
      const start = performance.now();
      const moved = await drain("--port", `${HTTP1}`);
      assert.deepEqual(moved, { moved: clients, cut: 0, open: 0 });
      assert.ok(performance.now() - start < 2_000, `${performance.now() - start} ms`);
    }
    await delay(100);
    const { failed, connections } = await kept.stop();
    assert.deepEqual(failed, []);
    assert.equal(connections, clients * (rounds + 1));
  });

  await t.step("those that are idle, and those that were never used", async () => {
    await using used = await talk(ip, HTTP1);
    await using fresh = await talk(ip, HTTP1);
    await used.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await used.hear((text) => text.endsWith("}"));
    await delay(1_000);
    assert.deepEqual(await drain("--port", `${HTTP1}`, "--timeout", "5s"), { moved: 2, cut: 0, open: 0 });
    await Promise.all([used, fresh].map((client) => client.hear(() => false, 500)));
  });

  await t.step("a stream goes on until the time is up", async () => {
    await using client = await talk(ip, HTTP1);
    await client.say("GET /ticks HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.hear((text) => text.includes("tick"));
    const start = performance.now();
    assert.deepEqual(await drain("--port", `${HTTP1}`, "--timeout", "2s"), { moved: 0, cut: 1, open: 0 });
    const took = performance.now() - start;
    assert.ok(took > 1_900 && took < 4_000, `${took} ms`);
    const ticks = (await client.hear(() => false)).split("tick").length - 1;
    assert.ok(ticks > 14, `${ticks} ticks`);
  });

  await t.step("a request under way is waited for", async () => {
    await using client = await talk(ip, HTTP1);
    await client.say("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nx");
    const draining = drain("--port", `${HTTP1}`, "--timeout", "5s");
    await delay(1_500);
    await client.say("yz");
    assert.match(await client.hear((text) => text.endsWith("}")), /"size":3/);
    assert.deepEqual(await draining, { moved: 1, cut: 0, open: 0 });
  });

  await t.step("those within the pod stay, and those of other ports", async () => {
    const lines = ["-c", `exec 3<>/dev/tcp/127.0.0.1/${HTTP1} 4<>/dev/tcp/${ip}/${HTTP1}; sleep infinity`];
    await box.run("inside", ["--network", `container:${pod}`], "debian:trixie-slim", ["bash", ...lines]);
    await using other = await talk(ip, HTTP1 + 1);
    await delay(1_000);
    assert.deepEqual(await drain("--port", `${HTTP1}`, "--timeout", "0"), { moved: 0, cut: 0, open: 0 });
    await other.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    assert.notEqual(await other.hear(), "");
    const all = await drain("--port", `${HTTP1}`, "--timeout", "0", "--loopback");
    assert.deepEqual(all, { moved: 2, cut: 0, open: 0 });
  });

  await t.step("without NET_ADMIN it says so", async () => {
    const plain = await box.run("plain", ["--network", `container:${pod}`], imageOf("carrier"));
    await using _client = await talk(ip, HTTP1);
    await delay(100);
    const drained = await tryDocker([
      ...["exec", plain, AGENT, "connections", "drain", "--port", `${HTTP1}`, "--timeout", "0"],
    ]);
    assert.equal(drained.code, 1);
    assert.match(drained.stderr, /connections: cannot close .*operation not permitted/);
  });
});
