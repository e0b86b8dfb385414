import assert from "node:assert/strict";
import { nginxConf } from "../../lib/config/nginx/conf.ts";
import { imageOf } from "../../lib/images.ts";
import { sandbox } from "../docker.ts";
import { ask, askHttp2, jsonOf, talk } from "../talk.ts";
import { addressOf, apply, replaced, route } from "./carrier.ts";
import { GREETING, HTTP1, HTTP2, LINES, match, polyglot } from "./polyglot.ts";

Deno.test("in the original's place, Carrier answers probes and hands on all else", async (t) => {
  await using box = sandbox();
  const network = await box.network("pods", []);
  const carrier = await box.run("carrier", ["--network", network], imageOf("carrier"));
  const local = await polyglot(box, "local", ["--network", network]);
  const [ip, upstream] = await Promise.all([addressOf(carrier), addressOf(local)]);
  const servers = [HTTP1, HTTP2, LINES, GREETING].map((port) =>
    replaced("http", port, `${upstream}:${port}`)
  );
  const rules = { ...replaced("http", 9002), routes: [route("one", { upstream: `${upstream}:1`, match })] };
  const applied = await apply(carrier, nginxConf([...servers, replaced("http", 9001), rules]));
  assert.equal(applied.stdout, "applied: nginx", applied.stderr);

  await t.step("an httpGet probe is answered, every other request is handed on", async () => {
    const head = "GET /healthz HTTP/1.1\nHost: x";
    assert.match(
      await ask(ip, HTTP1, `${head}\nUser-Agent: kube-probe/1.34`),
      /^HTTP\/1\.1 200 [^]*served by gefyra\n$/,
    );
    assert.equal(jsonOf(await ask(ip, HTTP1, head)).name, "local");
    assert.match(await ask(ip, 9001, head), /^HTTP\/1\.1 200 /);
  });

  await t.step("a gRPC probe is told SERVING, every other call is handed on", async () => {
    const call = {
      "content-type": "application/grpc",
      te: "trailers",
      ":path": "/grpc.health.v1.Health/Check",
    };
    const probe = { ...call, "user-agent": "kube-probe/1.34 grpc-go/1.72" };
    const empty = new Uint8Array(5);
    for (const port of [HTTP2, 9001]) {
      const { headers, trailers, body } = await askHttp2(`${ip}:${port}`, probe, [empty]);
      assert.deepEqual([headers[":status"], headers["content-type"]], [200, "application/grpc"]);
      assert.deepEqual([...body], [0, 0, 0, 0, 2, 8, 1]);
      assert.equal(trailers["grpc-status"], "0");
    }
    assert.equal((await askHttp2(`${ip}:${HTTP2}`, call, ["x"])).trailers["grpc-message"], "local");
  });

  await t.step("what is no HTTP is handed on", async () => {
    await using lines = await talk(ip, LINES);
    await lines.say("hello\n");
    assert.equal(await lines.hear(), "local hello\n");
    await using greeting = await talk(ip, GREETING);
    assert.equal(await greeting.hear(), "220 local\r\n");
  });

  await t.step("a request that no rule takes is told so", async () => {
    const answer = await ask(ip, 9002, "GET / HTTP/1.1\nHost: x");
    assert.match(answer, /^HTTP\/1\.1 503 [^]*gefyra: no bridge takes this request on port 9002\n$/);
  });
});
