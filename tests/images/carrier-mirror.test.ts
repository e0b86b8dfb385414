/** Mirrored ports: a real Nginx answers, and a local one gets a copy, whatever state that one is in. */
import assert from "node:assert/strict";
import { archive } from "../../lib/archive.ts";
import type { Match } from "../../lib/api/match.ts";
import { parseMatch } from "../../lib/api/match.ts";
import { carrierFiles, type Share } from "../../lib/config/carrier.ts";
import { imageOf } from "../../lib/images.ts";
import { buildWorkloads } from "../../scripts/images/workloads.ts";
import { docker, eventually, exec, sandbox } from "../docker.ts";
import { ask, askHttp2 } from "../talk.ts";
import { addressOf } from "./carrier.ts";

const ADMIN = ["--user", "0", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN"];
const HTTP1 = 80, HTTP2 = 8082;
/** Nobody listens there. */
const CLOSED = 1;
const REQUESTS = 400;

/** An Nginx that says its name, and writes each request to its log. */
const nginx = (name: string) => [
  ...["-c", `printf '%s' "$0" > /etc/nginx/nginx.conf; exec nginx -g "daemon off;"`],
  `events {} http {
  log_format short "got $server_port $request_method $uri $http_user_agent"; access_log /dev/stdout short;
  client_body_in_single_buffer on;
  server { listen ${HTTP1}; listen ${HTTP2} http2; location / { return 200 "${name}"; } } }`,
];

Deno.test("a mirrored port: the original answers, whatever the local container does", async (t) => {
  await using box = sandbox();
  await buildWorkloads(() => {}, ["hello-nginx"]);
  const network = await box.network("pods", []);
  const inPod = (pod: string) => ["--network", `container:${pod}`];
  const pod = await box.run("pod", ["--network", network], "debian:trixie-slim", ["sleep", "infinity"]);
  const shell = ["--entrypoint", "/bin/sh"];
  const [carrier, local, original] = await Promise.all([
    box.run("carrier", [...inPod(pod), ...ADMIN], imageOf("carrier")),
    box.run("local", ["--network", network, ...shell], "hello-nginx:latest", nginx("local")),
    box.run("original", [...inPod(pod), ...shell], "hello-nginx:latest", nginx("original")),
  ]);
  const [podIp, localIp] = await Promise.all([addressOf(pod), addressOf(local)]);

  /** The local Nginx itself is where Stowaway would be. */
  const mirror = async (wanted: { match?: Match; to?: number } | undefined) => {
    const shares = wanted ? [HTTP1, HTTP2].map((port) => shareOf(port, wanted)) : [];
    const files = await archive({ ...carrierFiles({ status: { podIP: podIp } }, shares, localIp) });
    await docker(["exec", "--interactive", carrier, "/opt/carrier/bin/carrier", "apply"], files);
  };
  const counts = async () => JSON.parse(await exec(carrier, "/opt/carrier/bin/carrier", "status")).mirror;
  const got = async (of: string) =>
    (await docker(["logs", of])).split("\n").filter((line) => line.startsWith("got "));
  const get = async (path: string, headers = "") =>
    (await ask(podIp, HTTP1, `GET ${path} HTTP/1.1\nHost: x${headers}`)).split("\r\n\r\n")[1];
  const grpc = async (path: string, headers = {}) => {
    const message = new Uint8Array([0, 0, 0, 0, 1, 42]);
    const asked = { ":path": path, "content-type": "application/grpc", te: "trailers", ...headers };
    return new TextDecoder().decode((await askHttp2(`${podIp}:${HTTP2}`, asked, [message])).body);
  };
  /** Milliseconds that each request takes on a kept connection, in the middle. */
  const median = async (path: string) => {
    using client = await Deno.connect({ hostname: podIp, port: HTTP1 });
    const request = new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const took: number[] = [], buffer = new Uint8Array(4096), decoder = new TextDecoder();
    for (let i = 0; i < REQUESTS; i++) {
      const start = performance.now();
      await client.write(request);
      let answer = "";
      while (!answer.endsWith("original")) {
        const count = await client.read(buffer);
        assert.ok(count, `the connection ended after ${i} answers`);
        answer += decoder.decode(buffer.subarray(0, count));
      }
      took.push(performance.now() - start);
    }
    return took.sort((a, b) => a - b)[REQUESTS / 2]!;
  };
  const requests = async (of: string, path: string) =>
    (await got(of)).filter((line) => line.includes(` ${path} `)).length;
  await eventually(async () => assert.equal(await get("/"), "original"));
  await median("/warm");
  const bare = await median("/bare");
  const figures: string[] = [];
  const compare = (state: string, ms: number) => figures.push(`${state} ${(ms / bare).toFixed(2)}`);

  await t.step("each request reaches both, in HTTP/1.1 and in h2", async () => {
    await mirror({});
    assert.equal(await get("/one"), "original");
    assert.equal(await grpc("/a.B/C"), "original");
    compare("mirrored", await median("/many"));
    await eventually(async () => {
      const table: [string, number][] = [["/one", 1], ["/a.B/C", 1], ["/many", REQUESTS]];
      for (const [path, count] of table) {
        for (const one of [original, local]) assert.equal(await requests(one, path), count, `${path} ${one}`);
      }
    });
  });

  await t.step("a probe asks the original alone", async () => {
    assert.equal(await get("/ready", "\nUser-Agent: kube-probe/1.34"), "original");
    assert.equal(await requests(original, "/ready"), 1);
    assert.equal(await requests(local, "/ready"), 0);
  });

  await t.step("with a match, the requests that match", async () => {
    await mirror({ match: parseMatch([["header:x-user=alice"]]) });
    for (const [path, user] of [["/alice", "alice"], ["/bob", "bob"]]) {
      assert.equal(await get(path!, `\nX-User: ${user}`), "original");
      assert.equal(await grpc(`${path}/grpc`, { "x-user": user }), "original");
    }
    await eventually(async () => {
      for (const path of ["/alice", "/alice/grpc"]) assert.equal(await requests(local, path), 1, path);
    });
    for (const path of ["/bob", "/bob/grpc"]) {
      assert.deepEqual([await requests(original, path), await requests(local, path)], [1, 0], path);
    }
  });

  await t.step("one that hangs costs the original nothing", async () => {
    await mirror({});
    await docker(["pause", local]);
    try {
      compare("hangs", await median("/hangs"));
      assert.equal(await grpc("/hangs/grpc"), "original");
      const { copies, skipped } = await counts();
      assert.ok(copies > 0 && skipped > 0, JSON.stringify({ copies, skipped }));
    } finally {
      await docker(["unpause", local]);
    }
  });

  await t.step("one where nobody listens, neither", async () => {
    await mirror({ to: CLOSED });
    const { refused } = await counts();
    compare("dead", await median("/dead"));
    assert.equal(await requests(original, "/dead"), REQUESTS);
    await eventually(async () => assert.ok((await counts()).refused > refused));
    await docker(["stop", "--time", "0", local]);
    await mirror({});
    compare("gone", await median("/gone"));
  });

  await t.step("afterwards, nothing is in the way", async () => {
    await mirror(undefined);
    const before = (await counts()).connections;
    assert.equal(await get("/after"), "original");
    assert.equal((await counts()).connections, before);
    console.log(
      `median of the original's answers, as a part of bare (${bare.toFixed(2)} ms): ${figures.join(", ")}`,
    );
  });
});

const shareOf = (port: number, { match, to = port }: { match?: Match; to?: number }): Share => ({
  bridge: `mine-${port}`,
  record: {
    ...{ name: "web-1", uid: "1", mode: "beside", container: "web", state: "Active" },
    ports: [{ remote: port, port, protocol: "TCP", path: match ? "http" : "stream" }],
  },
  stowawayPorts: new Map([[`${port}/TCP`, to]]),
  match,
  fallback: false,
  mirror: true,
  drainMs: 0,
});
