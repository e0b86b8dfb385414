/** The original is found wherever it listens, and stands in where that is asked for. */
import assert from "node:assert/strict";
import { docker, eventually, exec } from "../../docker.ts";
import { talk } from "../../talk.ts";
import { gefyra } from "../harness/gefyra.ts";
import { stopForwarding } from "../harness/node.ts";
import { testEnv } from "../harness/test-env.ts";
import { polyglot, polyglotAt, polyglotPorts, runPolyglot } from "../harness/polyglot.ts";
import { askUdp, bytes, http } from "../harness/ask-polyglot.ts";
import { ordered } from "../harness/steps.ts";
import { tools } from "../harness/workloads.ts";
import { named } from "../harness/names.ts";

const POD_IP = "pod-ip", LOOPBACK = "loopback", ANY = "any", STILL = "still";
const who = http["HTTP/1.1"]!, grpc = http["gRPC, unary"]!, lines = bytes["lines over TCP"]!;

Deno.test("the original: where it listens, when it stands in, where nothing is forwarded", async (t) => {
  await using place = await testEnv("original");
  const step = ordered(t);
  const objects = [
    ...polyglot(POD_IP, { host: "$(POD_IP)" }),
    ...polyglot(LOOPBACK, { host: "127.0.0.1" }),
    ...[ANY, STILL].flatMap((name) => polyglot(name)),
  ];
  await Promise.all([place.applyUnasked([tools(), ...objects]), gefyra("up")]);
  await runPolyglot(place, "local");
  const at = (name: string) => polyglotAt(place.namespace, name);
  const [podIp, loopback, any, still] = await Promise.all([POD_IP, LOOPBACK, ANY, STILL].map(at));
  const bridge = (target: string, ...options: string[]) => {
    const to = ["-n", place.namespace, "--target", `deploy/${target}`, "-I", target];
    return gefyra("bridge", "-N", named("local"), ...to, ...options);
  };
  for (const one of [podIp!, any!, still!]) {
    await eventually(async () => assert.equal(await who(one, "bob"), "original"), 30_000);
  }

  await step(
    "one that listens on the pod's address only, or on loopback only, gets what is not ours",
    async () => {
      const ports = polyglotPorts(["http1", "http2", "lines"]);
      for (const [name, one] of [[POD_IP, podIp!], [LOOPBACK, loopback!]] as const) {
        await bridge(name, ...ports, "--match", "header:x-user=alice");
        assert.deepEqual([await who(one, "alice"), await grpc(one, "alice")], ["local", "local"], name);
        assert.deepEqual(
          [await who(one, "bob"), await grpc(one, "bob"), await lines(one)],
          ["original", "original", "original"],
          name,
        );
      }
      await gefyra("unbridge", "--all");
      assert.equal(await who(podIp!, "alice"), "original");
      await assertRefused(loopback!.http1);
    },
  );

  await step("one that listens on loopback only can be bridged whole", async () => {
    await bridge(LOOPBACK, ...polyglotPorts());
    assert.deepEqual([await who(loopback!, "bob"), await askUdp(loopback!)], ["local", "local"]);
    await gefyra("unbridge", "-N", LOOPBACK);
    await assertRefused(loopback!.http1);
  });

  await step("a local port that is closed refuses as a pod does, and serves when it opens", async () => {
    await bridge(ANY, "--port", "lines:9003", "--port", "http1:8001");
    await assertRefused(any!.lines);
    assert.equal(await who(any!, "bob"), "local");
    await using _open = await openPort(named("local"), 9003);
    await eventually(async () => assert.equal(await lines(any!), "opened"));
    await gefyra("unbridge", "-N", ANY);
  });

  await step("with --fallback the original stands in until the local port opens", async () => {
    await bridge(ANY, "--port", "lines:9003", "--port", "http1:9001", "--fallback");
    assert.deepEqual([await who(any!, "bob"), await lines(any!)], ["original", "original"]);
    {
      await using _open = await openPort(named("local"), 9003);
      await eventually(async () => assert.equal(await lines(any!), "opened"));
      assert.equal(await who(any!, "bob"), "original");
    }
    await eventually(async () => assert.equal(await lines(any!), "original"));
    await gefyra("unbridge", "-N", ANY);
  });

  await step("with --fallback and --match too, also when the local container stops and starts", async () => {
    await bridge(ANY, ...polyglotPorts(["http1", "http2"]), "--match", "header:x-user=alice", "--fallback");
    assert.deepEqual([await who(any!, "alice"), await grpc(any!, "alice")], ["local", "local"]);
    await docker(["stop", "--time", "1", named("local")]);
    await eventually(async () => {
      const start = performance.now();
      assert.deepEqual([await who(any!, "alice"), await grpc(any!, "alice")], ["original", "original"]);
      // Not only in the end, when a time-out has told that nobody is there.
      assert.ok(performance.now() - start < 3000, `after ${performance.now() - start} ms`);
    }, 20_000);
    await docker(["start", named("local")]);
    await eventually(async () => {
      assert.deepEqual([await who(any!, "alice"), await grpc(any!, "alice")], ["local", "local"]);
    }, 20_000);
    await gefyra("unbridge", "-N", ANY);
  });

  await step("a pod that does not forward packets is bridged all the same", async () => {
    const [before] = await place.pods(STILL);
    await stopForwarding(before);
    await bridge(STILL, ...polyglotPorts());
    assert.deepEqual(
      [await who(still!, "bob"), await grpc(still!, "bob"), await lines(still!), await askUdp(still!)],
      ["local", "local", "local", "local"],
    );
    const { bridges } = JSON.parse((await gefyra("list", "--bridges", "-o", "json")).stdout);
    assert.equal(bridges[0].status.pods[0].forwards, false);
    await gefyra("unbridge", "-N", STILL);
    assert.deepEqual([await who(still!, "bob"), await lines(still!)], ["original", "original"]);
    const [pod] = await place.pods(STILL);
    assert.equal(pod.status.containerStatuses[0].restartCount, 0);
  });
});

/** A reset, not silence. */
async function assertRefused({ hostname, port }: { hostname: string; port: number }): Promise<void> {
  const start = performance.now();
  await assert.rejects(talk(hostname, port), Deno.errors.ConnectionRefused);
  assert.ok(performance.now() - start < 2000);
}

/** In the app container, until it is disposed of: says `opened` and what it hears. */
async function openPort(app: string, port: number): Promise<AsyncDisposable> {
  const id = `/tmp/${port}.pid`;
  const open = `echo $$ > ${id}; exec polyglot opened 0.0.0.0 ${port}`;
  await docker(["exec", "--detach", app, "sh", "-c", open]);
  return { [Symbol.asyncDispose]: async () => void await exec(app, "sh", "-c", `kill $(cat ${id})`) };
}
