/** One client sends Carrier thousands of connections: others are served, and its memory stays bounded. */
import assert from "node:assert/strict";
import { nginxConf } from "../../lib/config/nginx/conf.ts";
import { imageOf } from "../../lib/images.ts";
import { sandbox } from "../docker.ts";
import { ask, jsonOf, talk } from "../talk.ts";
import { addressOf, apply, memory, replaced, restricted } from "./carrier.ts";
import { type Attack, under } from "./flood.ts";
import { HTTP1, LINES, polyglot } from "./polyglot.ts";

/** 3,000 connections of two sockets each, with what the kernel keeps for them. */
const MOST_MB = 192;

Deno.test("a flood of connections to Carrier holds up nobody else", async (t) => {
  await using box = sandbox();
  const network = await box.network("pods", []);
  const options = ["--network", network];
  const limits = [...restricted, "--tmpfs", "/dev/shm", "--ulimit", "nofile=20000"];
  const carrier = await box.run("carrier", [...options, ...limits], imageOf("carrier"));
  const local = await polyglot(box, "local", [...options, "--ulimit", "nofile=20000"]);
  const [address, upstream] = await Promise.all([addressOf(carrier), addressOf(local)]);
  const conf = nginxConf([
    replaced("http", HTTP1, `${upstream}:${HTTP1}`),
    replaced("tcp", LINES, `${upstream}:${LINES}`),
  ]);
  const applied = await apply(carrier, conf);
  assert.equal(applied.code, 0, applied.stderr);
  const served = async () => {
    const start = performance.now();
    assert.equal(jsonOf(await ask(address, HTTP1, "GET / HTTP/1.1\nHost: x")).name, "local");
    await using lines = await talk(address, LINES);
    await lines.say("hello\n");
    assert.equal(await lines.hear(), "local hello\n");
    assert.ok(performance.now() - start < 3_000, `${performance.now() - start} ms`);
  };
  await served();
  await using long = await talk(address, LINES);
  const attacks: [attack: Attack, port: number][] = [
    ["slow", HTTP1],
    ["random", HTTP1],
    ["half", HTTP1],
    ["idle", LINES],
  ];
  for (const [attack, port] of attacks) {
    await t.step(`${attack}, port ${port}`, async () => {
      await under(box, attack, { options, address, port }, async () => {
        for (let i = 0; i < 5; i++) await served();
        const used = await memory(carrier);
        assert.ok(used < MOST_MB, `${used} MB`);
      });
      await served();
    });
  }
  await t.step("a connection that was idle all the time is still there", async () => {
    await long.say("still\n");
    assert.equal(await long.hear(), "local still\n");
  });
});
