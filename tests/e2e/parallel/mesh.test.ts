/** What a mesh's strict proxy closes stays closed: a bridge is made behind the proxy, or not at all. */
import assert from "node:assert/strict";
import { exitCodes } from "../../../lib/errors.ts";
import { eventually } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { meshed, trespass, whoAnswers } from "../harness/mesh.ts";
import { testEnv } from "../harness/test-env.ts";
import { polyglotAt, runPolyglot } from "../harness/polyglot.ts";
import { ordered, report } from "../harness/steps.ts";
import { tools } from "../harness/workloads.ts";
import { named } from "../harness/names.ts";

/** Its proxy has the name that Istio gives it, and another's has not. */
const KNOWN = "known", UNKNOWN = "unknown";
const PORT = ["--port", "http1:8001"];
const MATCH = ["--match", "header:x-user=alice"];

Deno.test("in a mesh, nobody gets in by a bridge who would not get in without", async (t) => {
  await using place = await testEnv("mesh");
  const step = ordered(t);
  const objects = [tools(), ...await meshed(KNOWN, "istio-proxy"), ...await meshed(UNKNOWN, "proxy")];
  await Promise.all([place.applyUnasked(objects), gefyra("up")]);
  await runPolyglot(place, "local");
  const [known, unknown] = await Promise.all(
    [KNOWN, UNKNOWN].map((name) => polyglotAt(place.namespace, name)),
  );
  const bridge = (name: string, ...options: string[]) => [
    ...[
      "bridge",
      "-N",
      named("local"),
      "-n",
      place.namespace,
      "--target",
      `deploy/${name}/polyglot`,
      "-I",
      name,
    ],
    ...PORT,
    ...options,
  ];
  const refused = async (says: RegExp, ...args: string[]) => {
    const { code, stderr } = await tryGefyra(args);
    assert.equal(code, exitCodes.refused, stderr);
    assert.match(stderr, says);
  };

  await step("without a bridge the proxy lets in who belongs to the mesh", async () => {
    for (const at of [known!, unknown!]) {
      await eventually(async () => assert.equal(await whoAnswers(at, { mtls: true }), "original"), 60_000);
      assert.equal(await whoAnswers(at, { mtls: false }), "refused");
    }
  });
  const trespassers = [trespass(known!), trespass(unknown!)];

  await step("a known proxy: the bridge is made behind it", async () => {
    const { stdout } = await gefyra(...bridge(KNOWN, "--dry-run"));
    assert.match(stdout, /^Mode +replace: Carrier replaces the original/m);
    assert.match(stdout, /not beside: the pods are in the mesh Istio \(container "istio-proxy"\)/);
    await gefyra(...bridge(KNOWN));
    await eventually(async () => assert.equal(await whoAnswers(known!, { mtls: true }), "local"));
    await gefyra("unbridge", "-N", KNOWN);
    await eventually(async () => assert.equal(await whoAnswers(known!, { mtls: true }), "original"));
  });

  await step("a known proxy: what only beside can do is refused", async () => {
    for (const options of [MATCH, ["--keep"], ["--fallback"]]) {
      await refused(/the pods are in the mesh Istio/, ...bridge(KNOWN, ...options));
    }
    assert.equal(await whoAnswers(known!, { mtls: true }), "original");
  });

  await step("an unknown one: Carrier finds what it redirects, and takes nothing", async () => {
    for (const options of [[], MATCH]) {
      await refused(/the pod already redirects inbound traffic/, ...bridge(UNKNOWN, ...options));
      assert.equal(await whoAnswers(unknown!, { mtls: true }), "original");
    }
    const [pod] = await place.pods(UNKNOWN);
    assert.deepEqual(
      pod.status.containerStatuses.map(({ restartCount }: { restartCount: number }) => restartCount),
      [
        0,
        0,
      ],
    );
  });

  await step("an unknown one: --replace is behind it", async () => {
    await gefyra(...bridge(UNKNOWN, "--replace"));
    await eventually(async () => assert.equal(await whoAnswers(unknown!, { mtls: true }), "local"));
    await gefyra("unbridge", "-N", UNKNOWN);
  });

  await step("nobody from outside of the mesh was answered at any time", async () => {
    for (const trespasser of trespassers) {
      const { asked, answers } = await trespasser.stop();
      report(`asked ${asked} times`);
      assert.ok(asked > 100, `${asked}`);
      assert.deepEqual(answers, []);
    }
  });
});
