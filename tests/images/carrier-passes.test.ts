/** On the way through Carrier's Nginx nothing fails that does not fail without it. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { setTimeout as delay } from "node:timers/promises";
import { parseMatch } from "../../lib/api/match.ts";
import type { CarrierServer } from "../../lib/config/nginx/server.ts";
import { nginxConf } from "../../lib/config/nginx/conf.ts";
import { imageOf } from "../../lib/images.ts";
import { exec, sandbox } from "../docker.ts";
import { mixedLoad } from "../mixed-load.ts";
import { ask, askHttp2, jsonOf, talk } from "../talk.ts";
import { addressOf, apply, route } from "./carrier.ts";
import { BOTH, LINES, polyglot } from "./polyglot.ts";

const AWAY = 1000, GONE = 8007;
const AGENT = "kube-probe/1.34";
const ROUNDS = 200, CLIENTS = 6;
const IDLE = 3000, UNREAD = 20;
/** As long as Kubernetes lets a name be. */
const LONG_NAME = "l".repeat(253);

Deno.test("beside the original, whatever passes without Carrier passes", async (t) => {
  await using box = sandbox();
  const network = await box.network("pods", []);
  const pod = await box.run("pod", ["--network", network], "debian:trixie-slim", ["sleep", "infinity"]);
  const carrier = await box.run("carrier", ["--network", `container:${pod}`], imageOf("carrier"));
  await polyglot(box, "original", ["--network", `container:${pod}`]);
  const local = await polyglot(box, "local", ["--network", network]);
  const [ip, upstream] = await Promise.all([addressOf(pod), addressOf(local)]);
  const match = parseMatch([["header:x-user=alice"], ["header:x-user~^[äö]+$"]]);
  const port = (number: number, more: Partial<CarrierServer> = {}): CarrierServer => ({
    port: number,
    listen: number + AWAY,
    protocol: "TCP",
    kind: "http",
    original: { addresses: [ip, "127.0.0.1", "[::1]"], port: number },
    probes: "original",
    routes: [
      route("mine", { match, upstream: `${upstream}:${number}` }),
      route("gone", { match: parseMatch([["header:x-user=gone"]]), upstream: `${upstream}:1` }),
      route(LONG_NAME, { match: parseMatch([["header:x-user=long"]]), upstream: `${upstream}:${number}` }),
    ],
    ...more,
  });
  const servers = [
    port(BOTH),
    port(GONE),
    port(LINES, { kind: "tcp", routes: [route("mine", { upstream: `${upstream}:${LINES}` })] }),
    // One number, over UDP too.
    port(LINES, { kind: "tcp", protocol: "UDP", routes: [route("mine", { upstream: `${upstream}:8005` })] }),
  ];
  const applied = await apply(carrier, nginxConf(servers));
  assert.equal(applied.stdout, "applied: nginx", applied.stderr);
  const both = BOTH + AWAY, authority = `${ip}:${both}`;
  const get = async (path: string, headers = "X-User: alice") =>
    jsonOf(await ask(ip, both, `GET ${path} HTTP/1.1\nHost: x\n${headers}`));

  await t.step(
    "both versions of HTTP on one port, mixed, under load and with probes: none is wrong",
    async () => {
      // From now on a connection is not taken for another protocol where a busy machine lets a client say nothing for 0.5 s.
      await get("/");
      const { wrong } = await mixedLoad({ hostname: ip, port: both, clients: CLIENTS, rounds: ROUNDS }, [
        [{ "x-user": "alice" }, "local"],
        [{ "x-user": "bob" }, "original"],
        [{ "x-user": "alice", "user-agent": AGENT }, "original"],
      ]);
      assert.deepEqual(wrong, {});
    },
  );

  await t.step("a bridge's name may be as long as any", async () => {
    assert.equal((await get("/", "X-User: long")).name, "local");
  });

  await t.step("long headers pass, of answers and of requests, in both versions", async () => {
    for (const user of ["alice", "bob"]) {
      for (
        const [asked, size] of [["70000", 70_000], ["1000000*1", 1_000_000], ["8000000", 8_000_000]] as const
      ) {
        const answer = await ask(ip, both, `GET /?headers=${asked} HTTP/1.1\nHost: x\nX-User: ${user}`);
        assert.match(answer.slice(0, 300), /^HTTP\/1\.1 200 /);
        assert.equal(longOf(answer), size, `${user}, an answer with ${asked}`);
      }
      const long = (count: number, size: number) =>
        Array.from({ length: count }, (_, i) => `X-Long-${i}: ${"y".repeat(size)}`).join("\n");
      for (const [count, size] of [[1, 70_000], [1, 1_040_000], [7, 1_000_000]] as const) {
        const { headers } = await get("/", `X-User: ${user}\n${long(count, size)}`);
        assert.equal(headers, count * size, `${user}, a request with ${count} × ${size}`);
      }
      const { headers } = await askHttp2(authority, { ":path": "/?headers=100000*4", "x-user": user });
      const sum = Object.entries(headers).filter(([name]) => name.startsWith("x-long"))
        .reduce((all, [, value]) => all + String(value).length, 0);
      assert.equal(sum, 100_000, `${user}, an answer in HTTP/2`);
      // The client sends no more than 64 kB.
      const parts = Object.fromEntries([0, 1].map((i) => [`x-long-${i}`, "y".repeat(30_000)]));
      const request = { ":path": "/", "x-user": user, ...parts };
      assert.equal(
        bodyOf(await askHttp2(authority, request)).headers,
        60_000,
        `${user}, a request in HTTP/2`,
      );
    }
  });

  await t.step("a 502 says who was asked and what has happened", async () => {
    const mine = 'the app container of bridge "mine"', gone = 'the app container of bridge "gone"';
    const nowhere = ", where no program listens, or which is not reachable";
    const table: [number, string, string, string][] = [
      [both, "/", "gone", `cannot connect to ${gone}${nowhere}`],
      [GONE + AWAY, "/", "bob", `cannot connect to the original${nowhere}`],
      [both, "/vanish", "alice", `${mine} closed the connection before it answered`],
      [both, "/vanish", "bob", "the original closed the connection before it answered"],
      [
        both,
        "/nonsense",
        "bob",
        "cannot use the answer of the original: it is not HTTP, or its headers have more than 16m",
      ],
      [
        both,
        "/?headers=17000000",
        "alice",
        `cannot use the answer of ${mine}: it is not HTTP, or its headers have more than 16m`,
      ],
    ];
    for (const [at, path, user, says] of table) {
      const answer = await ask(ip, at, `GET ${path} HTTP/1.1\nHost: x\nX-User: ${user}`);
      assert.match(answer, /^HTTP\/1\.1 502 /, path);
      assert.equal(answer.split("\r\n\r\n")[1], `gefyra: ${says}\n`);
    }
    const { headers, body } = await askHttp2(authority, { "x-user": "gone" });
    assert.equal(headers[":status"], 502);
    assert.equal(new TextDecoder().decode(body), `gefyra: cannot connect to ${gone}${nowhere}\n`);
  });

  await t.step("a header that is given twice matches when either value does", async () => {
    const table: [string, string][] = [
      ["X-User: bob\nX-User: alice", "local"],
      ["X-User: alice\nX-User: bob", "local"],
      ["X-User: bob\nX-User: carol", "original"],
      ["X-User: ä\nX-User: bob", "local"],
      ["X-User: öäö", "local"],
      ["X-User: ã", "original"],
      ["X-User: ä!", "original"],
    ];
    for (const [headers, name] of table) assert.equal((await get("/", headers)).name, name, headers);
    const { body } = await askHttp2(authority, { "x-user": ["bob", "alice"] as unknown as string });
    assert.equal(JSON.parse(new TextDecoder().decode(body)).name, "local");
  });

  await t.step("TCP and UDP of one number go each their way", async () => {
    await using lines = await talk(ip, LINES + AWAY);
    await lines.say("hello\n");
    assert.equal(await lines.hear(), "local hello\n");
    const socket = createSocket("udp4");
    const heard = new Promise((resolve) => socket.on("message", (data) => resolve(data.toString())));
    socket.send("hello", LINES + AWAY, ip);
    assert.equal(await heard, "local hello");
    socket.close();
  });

  await t.step(`${IDLE} idle connections keep nobody out`, async () => {
    const connections: Deno.TcpConn[] = [];
    try {
      while (connections.length < IDLE) {
        const some = Array.from({ length: 100 }, () => Deno.connect({ hostname: ip, port: both }));
        connections.push(...await Promise.all(some));
      }
      // Time in which Nginx takes them for silent ones, and asks the original for each.
      await delay(2000);
      for (const user of ["alice", "bob"]) {
        assert.equal((await get("/", `X-User: ${user}`)).name, user === "alice" ? "local" : "original");
      }
    } finally {
      for (const connection of connections) connection.close();
    }
  });

  await t.step("bodies that nobody reads fill no buffer that is as long as headers may be", async () => {
    const before = await anonymous(carrier);
    const clients = await Promise.all(
      Array.from({ length: UNREAD }, () => Deno.connect({ hostname: ip, port: both })),
    );
    const request = new TextEncoder().encode("GET /much HTTP/1.1\r\nHost: x\r\nX-User: bob\r\n\r\n");
    await Promise.all(clients.map((client) => client.write(request)));
    await delay(1000);
    const each = (await anonymous(carrier) - before) / UNREAD;
    for (const client of clients) client.close();
    assert.ok(each < 0.5, `${each} MB each`);
  });
});

/** Megabytes that all programs in a container have for themselves. */
async function anonymous(container: string): Promise<number> {
  const said = await exec(container, "sh", "-c", "cat /proc/[0-9]*/status");
  return [...said.matchAll(/^RssAnon:\s+(\d+) kB$/gm)].reduce(
    (sum, [, kilobytes]) => sum + Number(kilobytes),
    0,
  ) / 1024;
}

function longOf(answer: string): number {
  const head = answer.slice(0, answer.indexOf("\r\n\r\n"));
  return head.split("\r\n").filter((line) => /^x-long-\d+: /i.test(line))
    .reduce((sum, line) => sum + line.length - line.indexOf(": ") - 2, 0);
}

const bodyOf = ({ body }: { body: Uint8Array }) => JSON.parse(new TextDecoder().decode(body));
