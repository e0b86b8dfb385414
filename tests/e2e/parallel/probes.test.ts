/** The kubelet never finds out: no restart, and never a moment of not being ready. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { type Json, list } from "../harness/kube.ts";
import { type TestEnv, testEnv } from "../harness/test-env.ts";
import { polyglot, polyglotAt, runPolyglot } from "../harness/polyglot.ts";
import { http } from "../harness/ask-polyglot.ts";
import { fewAtATime, ordered } from "../harness/steps.ts";
import { tools } from "../harness/workloads.ts";
import { named } from "../harness/names.ts";

/** As often as the kubelet can. Each one that fails is an event, whether it has consequences or not. */
const often = { periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 2 };
/** An app that has just begun may take its time. */
const first = (probe: Json) => ({ ...probe, failureThreshold: 60 });
const ROUNDS_MS = 4_000;

const httpGet = (port: number | string, path = "/ready") => ({ httpGet: { path, port }, ...often });
const tcpSocket = (port: number | string) => ({ tcpSocket: { port }, ...often });
const grpc = (port: number) => ({ grpc: { port }, ...often });
const exec = { exec: { command: ["/bin/true"] }, ...often };

/** All three probes each; ports 8001 (http1) and 8002 (http2) are bridged, 8003 (lines) is not. */
const kinds: Record<string, { probes: Json; besideOnly?: boolean }> = {
  "http-number": {
    probes: {
      startupProbe: first(httpGet(8001)),
      readinessProbe: httpGet(8001),
      livenessProbe: httpGet(8001, "/alive"),
    },
  },
  "http-name": {
    probes: {
      startupProbe: first(tcpSocket("http1")),
      readinessProbe: httpGet("http1"),
      livenessProbe: tcpSocket("http1"),
    },
  },
  "tcp": {
    probes: {
      startupProbe: first(tcpSocket("http2")),
      readinessProbe: tcpSocket(8001),
      livenessProbe: tcpSocket(8002),
    },
  },
  "grpc": {
    probes: { startupProbe: first(grpc(8002)), readinessProbe: grpc(8002), livenessProbe: grpc(8002) },
  },
  "elsewhere": {
    probes: {
      startupProbe: first(tcpSocket("lines")),
      readinessProbe: tcpSocket("lines"),
      livenessProbe: tcpSocket(8004),
    },
  },
  "exec": {
    probes: { startupProbe: first(exec), readinessProbe: exec, livenessProbe: exec },
    besideOnly: true,
  },
};

const names = Object.keys(kinds);
const TARGETS = ["--port", "http1:8001", "--port", "http2:8002"];

interface Health {
  restarts: number;
  readySince: string;
  trouble: string[];
}

/** Of the pod of each workload: what the kubelet has found out about it. */
async function health(place: TestEnv): Promise<Record<string, Health>> {
  const items = await list("Event", place.namespace);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => {
      const [pod] = await place.pods(name);
      const ready = pod.status.conditions.find(({ type }: Json) => type === "Ready");
      assert.equal(ready.status, "True", `${name} is not ready`);
      const trouble = items.filter(({ involvedObject, reason }: Json) =>
        involvedObject.uid === pod.metadata.uid && /Unhealthy|Killing|BackOff/.test(reason)
      );
      return [name, {
        restarts: pod.status.containerStatuses[0].restartCount,
        readySince: ready.lastTransitionTime,
        // Events that are alike are counted.
        trouble: trouble.map(({ message, count }: Json) => `${count ?? 1} × ${message}`),
      }];
    })),
  );
}

const rounds = () => new Promise((resolve) => setTimeout(resolve, ROUNDS_MS));

Deno.test("probes are content, of whatever kind and wherever they ask", async (t) => {
  await using place = await testEnv("probes");
  const step = ordered(t);
  const workloads = names.flatMap((name) => polyglot(name, { extra: kinds[name]!.probes }));
  await Promise.all([place.applyUnasked([tools(), ...workloads]), gefyra("up")]);
  await runPolyglot(place, "local");
  const polyglots = await Promise.all(names.map((name) => polyglotAt(place.namespace, name)));
  const bridge = (name: string, ...options: string[]) => {
    const to = ["-n", place.namespace, "--target", `deploy/${name}`, "-I", name, ...TARGETS];
    return gefyra("bridge", "-N", named("local"), ...to, ...options);
  };
  const answers = (user: string) =>
    Promise.all(
      polyglots.map(async (at) => [await http["HTTP/1.1"]!(at, user), await http["gRPC, unary"]!(at, user)]),
    );
  const all = (text: string) => names.map(() => [text, text]);
  await eventually(async () => assert.deepEqual(await answers("alice"), all("original")), 30_000);
  const before = await health(place);

  for (
    const [how, options] of [["for all", []], ["with a match", ["--match", "header:x-user=alice"]]] as const
  ) {
    await step(`beside, ${how}, no probe fails over bridge and unbridge`, async () => {
      await fewAtATime(names, (name) => bridge(name, "--keep", ...options));
      assert.deepEqual(await answers("alice"), all("local"));
      await rounds();
      await gefyra("unbridge", "--all");
      assert.deepEqual(await answers("alice"), all("original"));
      await rounds();
      assert.deepEqual(await health(place), before);
    });
  }

  await step("beside, probes reach the original when nobody listens locally", async () => {
    await fewAtATime(names, (name) => {
      const to = ["-n", place.namespace, "--target", `deploy/${name}`, "-I", name];
      return gefyra("bridge", "-N", named("local"), ...to, "--port", "http1:9001", "--port", "http2:9002");
    });
    await rounds();
    await gefyra("unbridge", "--all");
    assert.deepEqual(await health(place), before);
  });

  await step(
    "in the original's place, they are answered, and one that runs a program is refused",
    async () => {
      const replaceable = names.filter((name) => !kinds[name]!.besideOnly);
      await fewAtATime(replaceable, (name) => bridge(name, "--replace"));
      const replaced = await health(place);
      for (const name of replaceable) assert.equal(replaced[name]!.restarts, 1, name);
      // kube-proxy writes at most once a second.
      await eventually(async () => {
        assert.deepEqual((await answers("bob")).slice(0, -1), all("local").slice(0, -1));
      });
      await rounds();
      const after = await health(place);
      for (const name of replaceable) {
        assert.equal(after[name]!.restarts, 1, name);
        assert.equal(after[name]!.readySince, replaced[name]!.readySince, name);
      }
      await gefyra("unbridge", "--all");
      await eventually(async () => assert.deepEqual(await answers("bob"), all("original")));
    },
  );
});
