import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { parseMatch } from "../../lib/api/match.ts";
import type { CarrierServer } from "../../lib/config/nginx/server.ts";
import { nginxConf } from "../../lib/config/nginx/conf.ts";
import { imageOf } from "../../lib/images.ts";
import { sandbox } from "../docker.ts";
import { ask, askHttp2, jsonOf, talk } from "../talk.ts";
import { addressOf, apply, memory, route, status } from "./carrier.ts";
import { GREETING, HTTP1, HTTP2, LINES, match, polyglot } from "./polyglot.ts";

/** Nginx listens so far from the ports that clients mean: nftables leads them there in a pod. */
const AWAY = 1000;
/** Each of them tries everything on a text of small letters, if its last digit is in there: else none is tried. */
const endless = parseMatch(
  Array.from({ length: 8 }, (_, i) => [`header:x-endless~^(([a-z])+.)+[A-Z]([a-z])+${i}$`]),
);

Deno.test("beside the original, requests that match reach the bridge and nothing else does", async (t) => {
  await using box = sandbox();
  const network = await box.network("pods", []);
  // The containers of a pod share their network.
  const pod = await box.run("pod", ["--network", network], "debian:trixie-slim", ["sleep", "infinity"]);
  const carrier = await box.run("carrier", ["--network", `container:${pod}`], imageOf("carrier"));
  await polyglot(box, "original", ["--network", `container:${pod}`], "127.0.0.1");
  const local = await polyglot(box, "local", ["--network", network]);
  const [ip, upstream] = await Promise.all([addressOf(pod), addressOf(local)]);
  const port = (number: number, fallback = false): CarrierServer => ({
    port: number,
    listen: number + AWAY,
    protocol: "TCP",
    kind: "http",
    original: { addresses: [ip, "127.0.0.1", "[::1]"], port: number },
    probes: "original",
    routes: [
      route("gone", { match: parseMatch([["header:x-user=gone"]]), upstream: `${upstream}:1`, fallback }),
      ...(fallback && number === HTTP1
        ? [route("endless", { match: endless, upstream: `${upstream}:1` })]
        : []),
      route("mine", { match, upstream: `${upstream}:${number}` }),
    ],
  });
  const ports = [HTTP1, HTTP2, LINES, GREETING];
  const applied = await apply(carrier, nginxConf(ports.map((number) => port(number))));
  assert.equal(applied.stdout, "applied: nginx", applied.stderr);
  const http1 = HTTP1 + AWAY, http2 = `${ip}:${HTTP2 + AWAY}`;
  const get = async (headers: string, path = "/") =>
    jsonOf(await ask(ip, http1, `GET ${path} HTTP/1.1\nHost: some.host:81\n${headers}`));

  await t.step("HTTP/1.1 goes where its rules say", async () => {
    const table: [string, string][] = [
      ["X-User: alice", "local"],
      ["x-user: alice", "local"],
      ["X-User: Alice", "original"],
      ["X-User: alice2", "original"],
      ["X-Debug: yes", "local"],
      ["X-Debug: yes!", "original"],
      ["X-User: alice\nUser-Agent: kube-probe/1.34", "original"],
      ["", "original"],
    ];
    for (const [headers, name] of table) assert.equal((await get(headers)).name, name, headers);
  });

  await t.step("a request passes as it is, and its answer too", async () => {
    const path = "//a/%2f/./b%20c;d=$e?q=%zz&r=a//b#f";
    const sent = ["X_Odd.Name", "1", "x-empty", "", "Accept-Encoding", "gzip"];
    const headers = sent.flatMap((text, index) => index % 2 ? [] : [`${text}: ${sent[index + 1]}`]).join(
      "\n",
    );
    for (const [user, name] of [["bob", "original"], ["alice", "local"]]) {
      const got = await get(`${headers}\nX-User: ${user}`, path);
      assert.deepEqual(got, {
        name,
        method: "GET",
        url: path,
        rawHeaders: ["Host", "some.host:81", ...sent, "X-User", user],
        httpVersion: "1.1",
      });
    }
    const answer = await ask(ip, http1, "GET / HTTP/1.1\nHost: x");
    const names = answer.split("\r\n\r\n")[0]!.split("\r\n").slice(1).map((line) =>
      line.split(":")[0]!.toLowerCase()
    );
    assert.deepEqual(names.sort(), ["connection", "content-length"]);
  });

  await t.step("each request of a kept connection goes its own way", async () => {
    await using client = await talk(ip, http1);
    for (const [user, name] of [["bob", "original"], ["alice", "local"], ["bob", "original"]]) {
      await client.say(`GET / HTTP/1.1\r\nHost: x\r\nX-User: ${user}\r\n\r\n`);
      assert.equal(jsonOf(await client.hear((text) => text.endsWith("}"))).name, name);
    }
  });

  await t.step("a long header and a long path pass", async () => {
    const got = await get(`X-User: alice\nX-Long: ${"x".repeat(9000)}`, `/${"y".repeat(5000)}`);
    assert.deepEqual([got.name, got.url.length], ["local", 5001]);
  });

  await t.step("a WebSocket is a pipe", async () => {
    for (const [user, port] of [["alice", http1], ["bob", http1]] as const) {
      await using client = await talk(ip, port);
      await client.say(
        `GET /upgrade HTTP/1.1\r\nHost: x\r\nX-User: ${user}\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n`,
      );
      assert.match(await client.hear((text) => text.endsWith("\r\n\r\n")), /^HTTP\/1\.1 101 /);
      for (const word of ["one", "two"]) {
        await client.say(word);
        assert.equal(await client.hear(), word);
      }
    }
  });

  await t.step("events come when they are sent", async () => {
    for (const [user, name] of [["alice", "local"], ["bob", "original"]]) {
      await using client = await talk(ip, http1);
      await client.say(`GET /events HTTP/1.1\r\nHost: x\r\nX-User: ${user}\r\n\r\n`);
      await client.hear((text) => text.includes(`data: ${name}\n\n`), 800);
      await client.hear((text) => text.includes("data: end\n\n"));
    }
  });

  await t.step("bodies are buffered nowhere, in neither direction", async () => {
    for (const user of ["alice", "bob"]) {
      await using client = await talk(ip, http1);
      await client.say(
        `POST /echo HTTP/1.1\r\nHost: x\r\nX-User: ${user}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      for (const word of ["first", "second"]) {
        await client.say(`${word.length.toString(16)}\r\n${word}\r\n`);
        await client.hear((text) => text.includes(word), 800);
      }
    }
  });

  await t.step("a body of 64 MB passes, with Expect: 100-continue", async () => {
    await using client = await talk(ip, http1);
    const size = 64 * 2 ** 20;
    await client.say(
      `POST /echo HTTP/1.1\r\nHost: x\r\nX-User: alice\r\nContent-Length: ${size}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
    );
    assert.match(await client.hear((text) => text.endsWith("\r\n\r\n")), /^HTTP\/1\.1 100 /);
    await Promise.all([
      client.say(new Uint8Array(size).fill(120)),
      client.hear((text) => text.length > size, 30_000).then((text) => {
        assert.match(text, /^HTTP\/1\.1 200 [^]*x-name: local/);
      }),
    ]);
  });

  await t.step("HTTP/2 with prior knowledge goes where its rules say", async () => {
    const path = "//a/%2f/./b%20c?q=%zz";
    for (const [user, name] of [["alice", "local"], ["bob", "original"]] as const) {
      const { body } = await askHttp2(http2, { ":path": path, "x-user": user });
      const got = JSON.parse(new TextDecoder().decode(body));
      assert.equal(got.name, name);
      assert.equal(got.headers[":path"], path);
      assert.equal(got.headers[":authority"] ?? got.headers.host, http2);
    }
  });

  await t.step("gRPC streams both ways, and its trailers come through", async () => {
    const grpc = { "content-type": "application/grpc", te: "trailers", ":path": "/a.B/C" };
    for (const [user, name] of [["alice", "local"], ["bob", "original"]] as const) {
      for (const parts of [["one"], ["one", "two", "three"]]) {
        const { headers, trailers, body } = await askHttp2(http2, { ...grpc, "x-user": user }, parts);
        assert.equal(new TextDecoder().decode(body), parts.join(""));
        assert.deepEqual([headers["x-name"], trailers["grpc-status"], trailers["grpc-message"]], [
          name,
          "0",
          name,
        ]);
      }
    }
    const probe = { ...grpc, "x-user": "alice", "user-agent": "kube-probe/1.34 grpc-go/1.72" };
    assert.equal((await askHttp2(http2, probe, ["?"])).trailers["grpc-message"], "original");
  });

  await t.step("what is no HTTP reaches the original", async () => {
    const beginnings = [
      "hello\n",
      "GET key\r\n",
      "GET",
      "\x16\x03\x01",
      "PRI * HTTP/1.0\r\n",
      "OPTIONS * HTTP/1.1\r\n",
      "\0",
    ];
    for (const text of beginnings) {
      await using client = await talk(ip, LINES + AWAY);
      await client.say(text);
      // What could still become HTTP is waited for, until the client has no more to say.
      await client.closeWrite();
      assert.equal(await client.hear(), `original ${text}`);
    }
  });

  await t.step("what speaks TLS is told, and reaches the original", async () => {
    const spoken = async () => (await status(carrier)).spoken;
    await using client = await talk(ip, LINES + AWAY);
    await client.say("\x16\x03\x01\0\x05hello");
    assert.equal(await client.hear(), "original \x16\x03\x01\0\x05hello");
    assert.deepEqual(await spoken(), [`${HTTP1}-http`, `${HTTP2}-http`, `${LINES}-tls`]);
  });

  await t.step("a server that speaks first is heard", async () => {
    await using client = await talk(ip, GREETING + AWAY);
    const start = performance.now();
    assert.equal(await client.hear(), "220 original\r\n");
    assert.ok(performance.now() - start < 1500);
    await client.say("HELO x\r\n");
    assert.equal(await client.hear(), "250 original HELO x\r\n");
  });

  await t.step("a connection opened early is not taken for another protocol", async () => {
    await using client = await talk(ip, http1);
    await delay(1000);
    await client.say("GET / HTTP/1.1\r\nHost: x\r\nX-User: alice\r\n\r\n");
    assert.equal(jsonOf(await client.hear((text) => text.endsWith("}"))).name, "local");
  });

  await t.step("requests that come in pieces are waited for", async () => {
    await using client = await talk(ip, http1);
    for (const piece of ["G", "ET /", " HTTP/1.1\r\n", "Host: x\r\nX-User: ali", "ce\r\n\r\n"]) {
      await client.say(piece);
      await delay(200);
    }
    assert.equal(jsonOf(await client.hear((text) => text.endsWith("}"))).name, "local");
  });

  await t.step("where nobody listens locally, the request fails with the reason", async () => {
    const answer = await ask(ip, http1, "GET / HTTP/1.1\nHost: x\nX-User: gone");
    assert.match(answer, /^HTTP\/1\.1 502 [^]*gefyra: cannot connect to the app container of bridge "gone"/);
  });

  await t.step("it needs no more than 15 MB", async () => {
    const megabytes = await memory(carrier);
    assert.ok(megabytes > 1 && megabytes < 15, `${megabytes} MB`);
  });

  await t.step("a new configuration cuts no connection", async () => {
    await using pipe = await talk(ip, http1);
    await pipe.say(
      "GET /upgrade HTTP/1.1\r\nHost: x\r\nX-User: alice\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n",
    );
    await pipe.hear((text) => text.endsWith("\r\n\r\n"));
    const applied = await apply(carrier, nginxConf(ports.map((number) => port(number, true))));
    assert.equal(applied.stdout, "applied: nginx", applied.stderr);
    await pipe.say("still here");
    assert.equal(await pipe.hear(), "still here");
    assert.equal((await get("X-User: alice")).name, "local");
  });

  await t.step("with fallback the original serves while nobody listens locally", async () => {
    assert.equal((await get("X-User: gone")).name, "original");
    const size = 1_000_000;
    const head = `POST /count HTTP/1.1\nHost: x\nX-User: gone\nContent-Length: ${size}`;
    assert.deepEqual(jsonOf(await ask(ip, http1, head, "x".repeat(size))), { name: "original", size });
    const { trailers } = await askHttp2(
      http2,
      { "content-type": "application/grpc", te: "trailers", "x-user": "gone" },
      ["one", "two"],
    );
    assert.equal(trailers["grpc-message"], "original");
  });

  await t.step("an expression that never ends is given up, and does not match", async () => {
    const start = performance.now();
    assert.equal((await get(`X-User: alice\nX-Endless: ${"a".repeat(28)}01234567`)).name, "local");
    assert.ok(performance.now() - start < 1000, `${performance.now() - start} ms`);
  });
});
