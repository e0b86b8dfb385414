/** Whoever may create bridges and clients sends thousands, and the largest: others notice nothing, and the operator stays small. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import pMap from "p-map";
import { generateKeyPair } from "../../../lib/config/keys.ts";
import { connectCluster } from "../../../lib/kube/kubernetes.ts";
import { API_VERSION, COMPONENT_LABEL, NAMESPACE } from "../../../lib/names.ts";
import { eventually } from "../../docker.ts";
import { asAccount } from "../harness/access.ts";
import { gefyra } from "../harness/gefyra.ts";
import { APP, CONTEXT } from "../harness/names.ts";
import { get, type Json, kube, list } from "../harness/kube.ts";
import { ordered, report } from "../harness/steps.ts";
import { TEST_LABEL } from "../harness/suite.ts";
import { clientOf, testEnv } from "../harness/test-env.ts";
import { NIGHTLY } from "../harness/waits.ts";
import { tools, workload } from "../harness/workloads.ts";

/** As many as fit into the time of creating, 10,000 at most. */
const MOST = 10_000, CREATE_MS = NIGHTLY ? 240_000 : 40_000, TOGETHER = 8;
/** As large as annotations may be, and how many of those there are: more than the operator's memory. */
const ANNOTATION = "a".repeat(256 * 1024 - 64), LARGE = 500;
/**
 * What the operator's process had at most, with the pages of program files: these do not count for the container's limit of
 * 512 MiB (lib/config/workloads.ts), beyond which it would start again.
 */
const MEMORY_MB = 480;
const bridges = { apiVersion: API_VERSION, kind: "GefyraBridge" };
const clients = { apiVersion: API_VERSION, kind: "GefyraClient" };
const HOSTILE = "e2e-flood-hostile";

Deno.test("flood: thousands of bridges and clients, and the largest, hold up nobody else", async (t) => {
  await using place = await testEnv("flood");
  const step = ordered(t);
  await kube.createNamespace(HOSTILE, { [TEST_LABEL]: "flood" });
  await using _namespace = { [Symbol.asyncDispose]: () => kube.drop("Namespace", HOSTILE) };
  await Promise.all([
    place.apply([tools(), ...workload("web"), ...workload("other")]),
    gefyra("up"),
  ]);
  await Promise.all([place.run(APP, "local"), allow(HOSTILE)]);
  const victim = await clientOf();
  const original = await place.ask("http://web");
  const mallory = await connectCluster({
    kubeconfig: await asAccount("as-mallory-flood", "mallory", HOSTILE),
    context: CONTEXT,
  });
  const owner = { user: `system:serviceaccount:${HOSTILE}:mallory` };
  const bridge = (name: string, spec: Json = {}, metadata: Json = {}): Json => ({
    ...bridges,
    metadata: { name, namespace: HOSTILE, ...metadata },
    spec: {
      owner,
      client: "mallory",
      target: { kind: "Deployment", name: "web" },
      ports: [{ remote: 80, local: 8000 }],
      destination: { name: name.slice(-60), address: "198.18.1.10" },
      ...spec,
    },
  });
  const client = async (name: string, spec: Json = {}, metadata: Json = {}): Promise<Json> => ({
    ...clients,
    metadata: { name, namespace: NAMESPACE, ...metadata },
    spec: { owner, publicKey: (await generateKeyPair()).publicKey, ...spec },
  });
  /** Seconds that a bridge of somebody else takes, and its end. */
  const neighbour = async () => {
    const start = performance.now();
    await place.bridge(APP, "web");
    assert.equal(await place.ask("http://web"), "local");
    const bridged = performance.now();
    const { stdout } = await gefyra("unbridge", "-N", "web");
    assert.equal(await place.ask("http://web"), original, stdout);
    return { bridge: (bridged - start) / 1000, unbridge: (performance.now() - bridged) / 1000 };
  };
  /** Goes on while something else does. */
  const meanwhile = async (what: string, work: () => Promise<void>) => {
    let busy = true;
    const took: Awaited<ReturnType<typeof neighbour>>[] = [];
    const loop = async () => {
      while (busy || took.length === 0) took.push(await neighbour());
    };
    await Promise.all([work().finally(() => busy = false), loop().finally(() => busy = false)]);
    for (const part of ["bridge", "unbridge"] as const) {
      const seconds = took.map((one) => one[part]), longest = Math.max(...seconds);
      const mean = seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
      report(`${part} ${what}: ${mean.toFixed(1)} s, the longest of ${took.length} ${longest.toFixed(1)} s`);
    }
  };
  const operator = async () => {
    const [pod] = await list("Pod", NAMESPACE, `${COMPONENT_LABEL}=operator`);
    const inOperator = { namespace: NAMESPACE, pod: pod.metadata.name, container: "operator" };
    const { stdout } = await kube.exec(inOperator, ["grep", "VmHWM", "/proc/1/status"]);
    return {
      restarts: pod.status.containerStatuses[0].restartCount as number,
      megabytes: Math.round(Number(stdout.match(/\d+/)) / 1024),
    };
  };
  const small = async (when: string) => {
    const { restarts, megabytes } = await operator();
    report(`the operator had at most ${megabytes} MB ${when}`);
    assert.equal(restarts, 0);
    assert.ok(megabytes < MEMORY_MB, `${megabytes} MB`);
  };

  await mallory.create(await client("mallory"));
  await small("at rest");

  await step("the schema refuses what is too large or no text of one line", async () => {
    const group = Array.from(
      { length: 16 },
      () => ({ kind: "path", operator: "Regex", value: "ü".repeat(1000) }),
    );
    const table: [what: string, spec: Json][] = [
      ["a match that fills an object", { match: Array(16).fill(group) }],
      ["groups that do", { owner: { ...owner, groups: Array.from({ length: 64 }, () => "g".repeat(1000)) } }],
      ["an app's name of a megabyte", { destination: { name: "x".repeat(1e6), address: "198.18.1.10" } }],
      ["a target of a megabyte", { target: { kind: "Deployment", name: "x".repeat(1e6) } }],
      ["a client of a megabyte", { client: "x".repeat(1e6) }],
      ["a target in Unicode", { target: { kind: "Deployment", name: "wéb" } }],
      ["a port's name with a control character", { ports: [{ remote: "a\u0007b", local: 1 }] }],
      ["an app's name of two lines", { destination: { name: "a\nb", address: "198.18.1.10" } }],
      ["an app's name that changes a terminal", {
        destination: { name: "a\u001b[2J", address: "198.18.1.10" },
      }],
      ["an app's name that is read backwards", { destination: { name: "a\u202eb", address: "198.18.1.10" } }],
      ["65 ports", { ports: Array.from({ length: 65 }, (_, i) => ({ remote: i + 1, local: 1 })) }],
    ];
    for (const [what, spec] of table) {
      await assert.rejects(mallory.create(bridge("bad", spec)), /invalid/i, what);
    }
    const many = Array.from({ length: 64 }, () => "u".repeat(1000));
    for (const spec of [{ allowedUsers: many }, { allowedGroups: many }, { mtu: 1e9 }]) {
      await assert.rejects(mallory.create(await client("bad", spec)), /invalid/i, Object.keys(spec).join());
    }
  });

  await step("before it, a bridge takes a moment", async () => {
    await meanwhile("before the flood", () => delay(1_000));
  });

  let made = 0;
  await step("meanwhile another user's bridges come and go", async () => {
    const end = Date.now() + CREATE_MS, start = performance.now();
    const names = Array.from({ length: MOST }, (_, i) => i);
    await meanwhile("during the flood", async () => {
      await pMap(names, async (i) => {
        if (Date.now() > end) return;
        const large = i % 5 === 0 && i / 5 < LARGE;
        const spec = i % 2 ? { client: victim.metadata.name } : {};
        await mallory.create(bridge(`f${i}`, spec, large ? { annotations: { large: ANNOTATION } } : {}));
        made++;
      }, { concurrency: TOGETHER });
      report(`${made} bridges were created in ${((performance.now() - start) / 1000).toFixed(0)} s`);
      await pMap(names.slice(0, 300), async (i) => {
        const annotations = i % 3 ? {} : { large: ANNOTATION };
        await mallory.create(await client(`f${i}`, {}, { annotations }));
      }, { concurrency: TOGETHER });
    });
    await small("during the flood");
  });

  await step("each of them says why it gets nothing", async () => {
    const reasonOf = async (i: number) => {
      const { status } = await get("GefyraBridge", `f${i}`, HOSTILE);
      return status?.conditions?.find(({ type }: Json) => type === "Ready")?.reason;
    };
    const last = made - 2 - (made % 2);
    await eventually(async () => {
      assert.equal(await reasonOf(last), "LimitReached");
      assert.equal(await reasonOf(last + 1), "NotAllowed");
    }, 60_000);
    await meanwhile("beside them", () => delay(1_000));
  });

  await step("they go as fast, and others' bridges come and go meanwhile", async () => {
    const start = performance.now();
    await meanwhile("while they go", async () => {
      const names = Array.from({ length: made }, (_, i) => i);
      await pMap(names, (i) => mallory.remove({ ...bridges, namespace: HOSTILE, name: `f${i}` }), {
        concurrency: TOGETHER,
      });
      await pMap(
        names.slice(0, 300),
        (i) => mallory.remove({ ...clients, namespace: NAMESPACE, name: `f${i}` }),
        {
          concurrency: TOGETHER,
        },
      );
      await mallory.remove({ ...clients, namespace: NAMESPACE, name: "mallory" });
      await eventually(async () => assert.equal((await list("GefyraBridge", HOSTILE)).length, 0), 60_000);
    });
    report(`they were gone after ${((performance.now() - start) / 1000).toFixed(0)} s`);
    await small("in the end");
  });
});

/** What a developer may in a namespace, and with clients. */
async function allow(namespace: string): Promise<void> {
  const verbs = ["create", "get", "list", "delete", "patch"];
  const role = (where: string, resource: string) => {
    const metadata = { name: `${HOSTILE}-${resource}`, namespace: where };
    return [
      {
        ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata },
        rules: [{ apiGroups: ["gefyra.dev"], resources: [resource], verbs }],
      },
      {
        ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
        subjects: [{ kind: "ServiceAccount", name: "mallory", namespace }],
      },
    ];
  };
  await kube.applyWithKubectl([
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "mallory", namespace } },
    ...role(namespace, "gefyrabridges"),
    ...role(NAMESPACE, "gefyraclients"),
  ]);
}
