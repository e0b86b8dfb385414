/** The original answers, and the local container gets a copy: all requests, or those that match. */
import assert from "node:assert/strict";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { ask, jsonOf } from "../../talk.ts";
import { http } from "../harness/ask-polyglot.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { type Json, kube, podsOf } from "../harness/kube.ts";
import { named } from "../harness/names.ts";
import { polyglot, polyglotAt, runPolyglot } from "../harness/polyglot.ts";
import { ordered } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";

const TARGET = "mirrored";
const grpc = http["gRPC, unary"]!;

Deno.test("a mirror: the original answers, and the local container gets a copy", async (t) => {
  await using place = await testEnv("mirror");
  const step = ordered(t);
  await Promise.all([place.applyUnasked(polyglot(TARGET)), gefyra("up")]);
  await Promise.all([
    // It closes after each answer, and writes down what it was asked.
    gefyra("run", "-i", "pyserver", "-N", named("logs"), "-n", place.namespace, "-d"),
    runPolyglot(place, "speaks"),
  ]);
  const at = await polyglotAt(place.namespace, TARGET);
  const bridge = (name: string, ...options: string[]) => {
    const to = ["-n", place.namespace, "--target", `deploy/${TARGET}`, "-I", name];
    return ["bridge", "-N", named(name), ...to, "--mirror", ...options];
  };
  const get = async (path: string, user = "bob") => {
    const { hostname, port } = at.http1;
    return jsonOf(await ask(hostname, port, `GET ${path} HTTP/1.1\nHost: x\nX-User: ${user}`)).name;
  };
  /** Python writes each request to stderr. */
  const copies = async (path: string) =>
    (await tryDocker(["logs", named("logs")])).stderr.split(`"GET ${path} `).length - 1;
  const counts = async (): Promise<Json> => {
    const [pod] = await podsOf(place.namespace, TARGET);
    const target = { namespace: place.namespace, pod: pod.metadata.name, container: "gefyra-carrier" };
    const { stdout } = await kube.exec(target, ["/opt/carrier/bin/carrier", "status"]);
    return JSON.parse(stdout).mirror;
  };
  await eventually(async () => assert.equal(await get("/before"), "original"), 30_000);

  await step("the dry run says who answers, and what makes no sense is refused", async () => {
    const { stdout } = await gefyra(...bridge("logs", "--port", "http1:8000", "--dry-run"));
    assert.match(stdout, /mirror: the original answers/);
    const table: [string[], RegExp][] = [
      [["--port", "udp:8005/udp"], /--mirror works with TCP only/],
      [["--port", "http1:8000", "--mode", "replace"], /--mirror needs mode beside/],
      [["--port", "http1:8000", "--replace"], /cannot be used with/],
    ];
    for (const [options, problem] of table) {
      const { code, stderr } = await tryGefyra(bridge("logs", ...options));
      assert.ok(code !== 0);
      assert.match(stderr, problem);
    }
  });

  await step("each request reaches both, in HTTP/1.1 and gRPC", async () => {
    await gefyra(...bridge("logs", "--port", "http1:8000"));
    await gefyra(...bridge("speaks", "--port", "http2:8002"));
    assert.match((await gefyra("list", "--bridges", "-o", "wide")).stdout, /beside,mirror/);
    for (let i = 0; i < 5; i++) assert.equal(await get("/all"), "original");
    await eventually(async () => assert.equal(await copies("/all"), 5));
    const before = (await counts()).copies;
    assert.equal(await grpc(at, "bob"), "original");
    await eventually(async () => assert.equal((await counts()).copies, before + 1));
  });

  await step("the original goes on when the local container hangs, and when it is gone", async () => {
    await docker(["pause", named("logs")]);
    for (let i = 0; i < 5; i++) assert.equal(await get("/hangs"), "original");
    await docker(["unpause", named("logs")]);
    await eventually(async () => assert.equal(await copies("/hangs"), 5));
    await docker(["rm", "--force", named("speaks")]);
    assert.equal(await grpc(at, "bob"), "original");
    await gefyra("unbridge", "--all");
  });

  await step("with --match, the requests that match", async () => {
    await gefyra(...bridge("logs", "--port", "http1:8000", "--match", "header:x-user=alice"));
    for (const user of ["alice", "bob"]) assert.equal(await get(`/${user}`, user), "original");
    await eventually(async () => assert.equal(await copies("/alice"), 1));
    assert.equal(await copies("/bob"), 0);
    await gefyra("unbridge", "--all");
    assert.equal(await get("/after", "alice"), "original");
    assert.equal(await copies("/after"), 0);
  });
});
