/** Connections that clients keep follow a bridge and the way back, and no request fails. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../../docker.ts";
import { talk } from "../../talk.ts";
import type { Kept } from "../../images/kept.ts";
import { gefyra } from "../harness/gefyra.ts";
import { get, kube, kubectl, type Manifest } from "../harness/kube.ts";
import { named } from "../harness/names.ts";
import { polyglot, polyglotAt, runPolyglot } from "../harness/polyglot.ts";
import { ordered, report } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { tools } from "../harness/workloads.ts";

const APP = "shop", CLIENTS = 10;

/** Clients that keep their connections (tests/workloads/polyglot/kept.go). */
const clients: Manifest = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "kept", labels: { app: "kept" } },
  spec: {
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 5,
    containers: [{
      name: "kept",
      image: "polyglot:latest",
      imagePullPolicy: "Never",
      args: ["kept", `${APP}:8001`, `${CLIENTS}`],
    }],
  },
};

Deno.test("kept connections follow a bridge, and the way back", async (t) => {
  await using place = await testEnv("connections");
  const step = ordered(t);
  await Promise.all([place.applyUnasked([tools(), ...polyglot(APP)]), gefyra("up")]);
  await runPolyglot(place, "local");
  const at = await polyglotAt(place.namespace, APP);
  const { namespace } = place;
  const bridge = (...options: string[]) =>
    gefyra(
      ...["bridge", "-N", named("local"), "-n", namespace, "--target", `deploy/${APP}`, "-I", APP],
      ...["--port", "http1:8001", ...options],
    );

  await step("no request fails while they go there and back, twice", async () => {
    await place.applyUnasked([clients]);
    await delay(1_500);
    for (let round = 0; round < 2; round++) {
      const { stdout } = await bridge();
      assert.match(stdout, new RegExp(`^${CLIENTS} open connections moved\\.$`, "m"));
      await delay(1_000);
      const back = await gefyra("unbridge", "-N", APP);
      assert.match(back.stdout, new RegExp(`^${CLIENTS} open connections moved\\.$`, "m"));
      await delay(1_000);
    }
    await kube.exec({ namespace, pod: "kept", container: "kept" }, ["sh", "-c", "kill 1"]);
    const kept: Kept = await eventually(async () =>
      JSON.parse(await kubectl("logs", "-n", namespace, "kept"))
    );
    report(`${kept.sent} requests, ${kept.failed.length} failed, ${kept.connections} connections`);
    assert.deepEqual(kept.failed, []);
    assert.equal(kept.connections, 5 * CLIENTS);
    assert.deepEqual(Object.keys(kept.answers).sort(), ["local", "original"]);
  });

  await step("a stream goes on until the drain timeout is over, and the status says so", async () => {
    await using stream = await talk(at.http1.hostname, at.http1.port);
    await stream.say("GET /ticks HTTP/1.1\r\nHost: x\r\n\r\n");
    await stream.hear((text) => text.includes("tick"));
    const start = Date.now();
    const { stdout } = await bridge("--drain-timeout", "3s");
    assert.match(stdout, /^1 open connection is in use and will be closed within 3 s\.$/m);
    assert.match(await stream.hear(() => false, 8_000), /tick/);
    assert.ok(Date.now() - start > 3_000, `${Date.now() - start} ms`);
    await eventually(async () => {
      const { status } = await get("GefyraBridge", APP, namespace);
      assert.deepEqual(status.pods[0].connections, { moved: 0, cut: 1, open: 0 });
    });
  });
});
