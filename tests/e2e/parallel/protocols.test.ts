/** Every protocol passes a bridge, and where it matches requests, each goes where its rules say. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { mixedLoad } from "../../mixed-load.ts";
import { ask, jsonOf, talk } from "../../talk.ts";
import { gefyra } from "../harness/gefyra.ts";
import { type Json, list } from "../harness/kube.ts";
import { testEnv } from "../harness/test-env.ts";
import { polyglot, polyglotAt, polyglotPorts, runPolyglot } from "../harness/polyglot.ts";
import { askUdp, bytes, http } from "../harness/ask-polyglot.ts";
import { ordered, report } from "../harness/steps.ts";
import { tools } from "../harness/workloads.ts";
import { named } from "../harness/names.ts";

const MATCHED = "matched", OPEN = "open", MIXED = "mixed";
/** The kubelet asks as often as it can, and does not forgive. */
const asked = {
  httpGet: { path: "/", port: 8006 },
  periodSeconds: 1,
  timeoutSeconds: 3,
  failureThreshold: 1,
};
const probed = {
  startupProbe: { ...asked, failureThreshold: 60 },
  readinessProbe: asked,
  livenessProbe: asked,
};
const TCP = polyglotPorts(["http1", "http2", "lines", "greeting"]);

Deno.test("protocols: what matches reaches the local container, all else the original", async (t) => {
  await using place = await testEnv("protocols");
  const step = ordered(t);
  const objects = [tools(), ...polyglot(MATCHED), ...polyglot(OPEN), ...polyglot(MIXED, { extra: probed })];
  await Promise.all([place.applyUnasked(objects), gefyra("up")]);
  await runPolyglot(place, "local");
  const [matched, open, mixed] = await Promise.all([
    polyglotAt(place.namespace, MATCHED),
    polyglotAt(place.namespace, OPEN),
    polyglotAt(place.namespace, MIXED),
  ]);
  const bridge = (target: string, ...options: string[]) => {
    const to = ["-n", place.namespace, "--target", `deploy/${target}`, "-I", target];
    return gefyra("bridge", "-N", named("local"), ...to, ...options);
  };
  const every = async (check: (name: string) => Promise<void>) => {
    const names = [...Object.keys(http), ...Object.keys(bytes)];
    for (const name of names) await t.step(name, () => check(name));
  };

  await step("without a bridge the originals answer", async () => {
    for (const at of [matched, open]) {
      await eventually(async () => assert.equal(await http["HTTP/1.1"]!(at, "alice"), "original"), 30_000);
      await eventually(async () => assert.equal(await askUdp(at), "original"));
    }
  });

  await step("bridges, one of them for a user", async () => {
    await Promise.all([
      bridge(MATCHED, ...TCP, "--match", "header:X-User=alice"),
      bridge(OPEN, ...polyglotPorts()),
    ]);
  });

  await every(async (name) => {
    if (name in bytes) {
      assert.equal(await bytes[name]!(matched), "original");
      return assert.equal(await bytes[name]!(open), "local");
    }
    const answers = [
      http[name]!(matched, "alice"),
      http[name]!(matched, "bob"),
      http[name]!(matched, undefined),
      http[name]!(open, "bob"),
    ];
    assert.deepEqual(await Promise.all(answers), ["local", "original", "original", "local"]);
  });

  await step("datagrams pass", async () => {
    assert.equal(await askUdp(open), "local");
    assert.equal(await askUdp(matched), "original");
  });

  await step("a port that is matched and turns out to speak TLS is named", async () => {
    await using client = await talk(matched.lines.hostname, matched.lines.port);
    await client.say("\x16\x03\x01\0\x05hello");
    assert.equal(await client.hear(), "original \x16\x03\x01\0\x05hello");
    await eventually(async () => {
      const { stdout } = await gefyra("list", "--bridges", "-o", "wide");
      assert.match(stdout, /port lines \(8003\) speaks TLS: --match cannot read it/);
    }, 60_000);
  });

  await step(
    "both versions of HTTP on one port, which probes ask, too: none gets a wrong answer",
    async () => {
      const at = { ...mixed.both, clients: 3, rounds: 150 };
      await bridge(MIXED, "--port", "both:8006");
      const whole = await mixedLoad(at, [[{ "x-user": "alice" }, "local"]]);
      await gefyra("unbridge", "-N", MIXED);
      await bridge(MIXED, "--port", "both:8006", "--match", "header:x-user=alice");
      const matching = await mixedLoad(at, [[{ "x-user": "alice" }, "local"], [
        { "x-user": "bob" },
        "original",
      ]]);
      assert.deepEqual([whole.wrong, matching.wrong], [{}, {}]);
      report(`${whole.sent + matching.sent} requests`);
      const [pod] = await place.pods(MIXED);
      assert.equal(pod.status.containerStatuses[0].restartCount, 0);
      const items = await list("Event", place.namespace);
      // Before an app listens its startup probe fails.
      const trouble = items.filter(({ involvedObject, reason, message }: Json) =>
        involvedObject.uid === pod.metadata.uid && /Unhealthy|Killing|BackOff/.test(reason) &&
        !/^Startup/.test(message)
      );
      assert.deepEqual(trouble.map(({ message }: Json) => message), []);
    },
  );

  await step("rules are of headers, paths and methods; all of a group, or another group", async () => {
    await gefyra("unbridge", "-N", MATCHED);
    const rules = [
      ...["--match", "header:x-debug~^(1|yes)$", "--match", "path:/api", "--or"],
      ...["--match", "path:=/exact", "--match", "method:put", "--or", "--match", "path:~^/v[0-9]+/users$"],
    ];
    await bridge(MATCHED, "--port", "http1:8001", ...rules);
    const table: [head: string, name: string][] = [
      ["GET /api/users\nX-Debug: yes", "local"],
      ["GET /api\nx-dEbUg: 1", "local"],
      ["GET /apis\nX-Debug: yes", "original"],
      ["GET /api\nX-Debug: no", "original"],
      ["GET /api", "original"],
      ["PUT /exact", "local"],
      ["GET /exact", "original"],
      ["PUT /exact/", "original"],
      ["PUT /exact?with=query", "local"],
      ["GET /v2/users", "local"],
      ["GET /v2/users/1", "original"],
      ["POST /v/users", "original"],
    ];
    const { hostname, port } = matched.http1;
    for (const [head, name] of table) {
      const [line, ...headers] = head.split("\n");
      const request = [`${line} HTTP/1.1`, "Host: x", ...headers].join("\n");
      assert.equal(jsonOf(await ask(hostname, port, request)).name, name, head);
    }
  });

  await step("without the bridges the originals answer again, and none has restarted", async () => {
    await gefyra("unbridge", "--all");
    for (const at of [matched, open]) {
      assert.equal(await http["HTTP/1.1"]!(at, "alice"), "original");
      assert.equal(await http["gRPC, unary"]!(at, "alice"), "original");
      assert.equal(await askUdp(at), "original");
    }
    for (const name of [MATCHED, OPEN, MIXED]) {
      const [pod] = await place.pods(name);
      assert.equal(pod.status.containerStatuses[0].restartCount, 0);
    }
  });
});
