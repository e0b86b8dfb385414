/** Who may use which client: the API server and the operator refuse everybody else, with the reason. */
import assert from "node:assert/strict";
import { generateKeyPair } from "../../../lib/config/keys.ts";
import { connectCluster } from "../../../lib/kube/kubernetes.ts";
import { API_VERSION, NAMESPACE } from "../../../lib/names.ts";
import { eventually } from "../../docker.ts";
import { asAccount, impersonating } from "../harness/access.ts";
import { gefyra, gefyraWith, tryGefyra } from "../harness/gefyra.ts";
import { createAccounts, removeEditor } from "../harness/owners-accounts.ts";
import { APP, CONNECTION, CONTEXT, kubeconfig } from "../harness/names.ts";
import { get, type Json, kube, kubectl, list } from "../harness/kube.ts";
import { assertRefused } from "../harness/refusal.ts";
import { bridgeArgs, clientOf, testEnv } from "../harness/test-env.ts";
import { fewAtATime, ordered } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";

/** The usual limits (lib/limits.ts). */
const BRIDGES_PER_CLIENT = 50, PORTS_PER_BRIDGE = 32, CLIENTS_PER_USER = 20;
const bridges = { apiVersion: API_VERSION, kind: "GefyraBridge" };
const clients = { apiVersion: API_VERSION, kind: "GefyraClient" };

Deno.test("owners: a client is used by its owner, and by those whom the owner lets in", async (t) => {
  await using place = await testEnv("owners");
  const step = ordered(t);
  const { namespace } = place;
  await Promise.all([
    place.apply([tools(), ...workload("web"), ...workload("victim")]),
    gefyra("up", "--allow-nobody"),
    createAccounts(namespace),
  ]);
  await using _editor = { [Symbol.asyncDispose]: () => removeEditor(namespace) };
  await place.run(APP, "local");
  const original = await place.ask("http://web");
  const client = await clientOf();
  const admin = await kube.cluster(), me = (await admin.user()).name;
  const as = async (name: string) =>
    await connectCluster({ kubeconfig: await asAccount(`as-${name}`, name, namespace), context: CONTEXT });
  /** May create, get and delete bridges in the namespace, and nothing else. */
  const mallory = await as("mallory");
  /** May besides change them, their status, and all clients. */
  const editor = await as("editor");
  const account = (name: string) => `system:serviceaccount:${namespace}:${name}`;
  const address = (host: number) => client.status.tunnel.subnet.replace(/0\/24$/, `${host}`);
  const { containers: [app] } = JSON.parse((await gefyra("list", "--containers", "-o", "json")).stdout);
  const appAddress = address(app.address.split(".")[3]);
  const bridge = (name: string, spec: Json = {}): Json => ({
    ...bridges,
    metadata: { name, namespace },
    spec: {
      owner: { user: account("mallory") },
      client: client.metadata.name,
      target: { kind: "Deployment", name: "web" },
      ports: [{ remote: 80, local: 8000 }],
      destination: { name: APP, address: appAddress },
      ...spec,
    },
  });
  const ready = async (name: string) => {
    const { status } = await get("GefyraBridge", name, namespace);
    const condition = status?.conditions?.find(({ type }: Json) => type === "Ready");
    return { state: `${status?.phase} ${condition?.reason}`, message: condition?.message as string, status };
  };
  const becomes = (name: string, state: string) =>
    eventually(async () => assert.equal((await ready(name)).state, state, name), 30_000);
  const remove = async (...names: string[]) => {
    await kubectl("delete", "gefyrabridge", "--namespace", namespace, "--timeout", "30s", ...names);
  };

  await step("a bridge to somebody else's client gets nothing, and says whose it is", async () => {
    await mallory.create(bridge("theirs"));
    // A target that does not exist was enough to open a port.
    await mallory.create(bridge("port", { target: { kind: "Deployment", name: "none" } }));
    for (const name of ["theirs", "port"]) {
      await becomes(name, "Refused NotAllowed");
      const { message, status } = await ready(name);
      assert.ok(message.includes(`it belongs to "${me}"`), message);
      assert.ok(message.includes(`--allow-user ${account("mallory")}`), message);
      assert.deepEqual([status.ports ?? [], status.pods ?? []], [[], []]);
    }
    assert.equal(await place.ask("http://web"), original);
    await remove("theirs", "port");
  });

  await step("nobody writes another owner, nor a group that they are not in", async () => {
    const table: [owner: Json, says: RegExp][] = [
      [{ user: me }, /spec\.owner\.user must be who creates the object: "system:serviceaccount:/],
      [{ user: account("mallory"), groups: ["system:masters"] }, /a group that you are not in/],
      [undefined, /owner is missing: write owner\.user/],
    ];
    for (const [owner, says] of table) {
      await assert.rejects(mallory.create(bridge("forged", { owner })), says);
    }
    const { publicKey } = await generateKeyPair();
    const forged = { ...clients, metadata: { name: "forged", namespace: NAMESPACE } };
    const spec = { owner: { user: me }, publicKey };
    await assert.rejects(editor.create({ ...forged, spec } as Json), /must be who creates the object/);
  });

  await step("an owner never changes, and only the owner changes what is theirs", async () => {
    await admin.create(bridge("mine", { owner: { user: me }, target: { kind: "Deployment", name: "none" } }));
    const ref = { ...bridges, namespace, name: "mine" }, clientRef = { ...clients, ...nameOf(client) };
    const other = { spec: { owner: { user: account("editor") } } };
    await assert.rejects(admin.patch(ref, other), /owner cannot be changed/);
    await assert.rejects(admin.patch(clientRef, other), /owner cannot be changed/);
    const ports = { spec: { ports: [{ remote: 81, local: 81, protocol: "TCP" }] } };
    await assert.rejects(editor.patch(ref, ports), /only its owner may change it: it belongs to/);
    const letIn = { spec: { allowedUsers: [account("editor")] } };
    await assert.rejects(editor.patch(clientRef, letIn), /only its owner may change it/);
    await assert.rejects(
      editor.patch(clientRef, { metadata: { finalizers: ["a.b/c"] } }),
      /only its owner may/,
    );
    await assert.rejects(editor.remove(clientRef), /only its owner may change or delete it: it belongs to/);
    // Whoever administers a namespace cleans up in it.
    await editor.remove(ref);
    await eventually(async () => assert.equal(await admin.get(ref), undefined));
  });

  await step("only the operator writes a status", async () => {
    await mallory.create(bridge("status", { target: { kind: "Deployment", name: "none" } }));
    await becomes("status", "Refused NotAllowed");
    const forged = { status: { ports: [{ remote: 80, protocol: "TCP", stowaway: 10_000 }] } };
    const says = /only Gefyra's operator writes the status/;
    const options = { subresource: "status" } as const;
    await assert.rejects(editor.patch({ ...bridges, namespace, name: "status" }, forged, options), says);
    const tunnel = { status: { tunnel: { subnet: "198.18.9.0/24" } } };
    await assert.rejects(editor.patch({ ...clients, ...nameOf(client) }, tunnel, options), says);
    await remove("status");
  });

  await step("the machine itself, Cargo and everybody's address are no destination", async () => {
    for (const host of [1, 3, 255]) {
      const destination = { name: "x", address: address(host) };
      const made = admin.create(bridge("address", { owner: { user: me }, destination }));
      await assert.rejects(made, /destination\.address/, `${host}`);
    }
  });

  await step("what a status says is never restored: neither into the pod nor into another one", async () => {
    await place.bridge(APP, "web", "--replace");
    const imageOf = async (name: string) => {
      const [{ spec, metadata }] = await place.pods(name);
      return [spec.containers[0].image, metadata.annotations ?? {}];
    };
    const victim = await imageOf("victim"), [victimPod] = await place.pods("victim");
    const { status } = await get("GefyraBridge", "web", namespace);
    const [mine] = status.pods, evil = { originalImage: "evil:latest" };
    const { name, uid } = victimPod.metadata;
    // An administrator of the cluster may write it; the operator does not believe it either.
    await admin.patch({ ...bridges, namespace, name: "web" }, {
      status: { pods: [{ ...mine, ...evil }, { ...mine, ...evil, name, uid, carrierContainer: "x" }] },
    }, { subresource: "status" });
    await gefyra("unbridge", "-N", "web");
    await eventually(async () => assert.equal(await place.ask("http://web"), original), 30_000);
    const [image, annotations] = await imageOf("web");
    assert.equal(image, victim[0]);
    assert.deepEqual(annotations, {}, "no trace is left");
    assert.deepEqual(await imageOf("victim"), victim);
  });

  await step("a user who is let in works at once, and no more when nobody is", async () => {
    await mallory.create(bridge("friend"));
    await becomes("friend", "Refused NotAllowed");
    await gefyra("up", "--allow-user", account("mallory"));
    await becomes("friend", "Active Bridged");
    await eventually(async () => assert.equal(await place.ask("http://web"), "local"));
    // Without the flags, they stay.
    await gefyra("up");
    assert.deepEqual((await clientOf()).spec.allowedUsers, [account("mallory")]);
    await gefyra("up", "--allow-nobody");
    await becomes("friend", "Refused NotAllowed");
    await eventually(async () => assert.equal(await place.ask("http://web"), original));
    assert.deepEqual((await ready("friend")).status.ports, []);
    await remove("friend");
  });

  await step("so does a group", async () => {
    const group = `system:serviceaccounts:${namespace}`;
    await mallory.create(bridge("team", { owner: { user: account("mallory"), groups: [group] } }));
    await becomes("team", "Refused NotAllowed");
    await gefyra("up", "--allow-group", group);
    await becomes("team", "Active Bridged");
    await remove("team");
    await gefyra("up", "--allow-nobody");
  });

  const bob = { KUBECONFIG: await impersonating("bob", "system:masters") };

  await step("a command of another user says whose the client is, and list shows it", async () => {
    await place.bridge(APP, "web");
    assert.match((await gefyra("list", "--bridges", "-o", "wide")).stdout, new RegExp(`OWNER[^]*${me}`));
    await gefyra("unbridge", "-N", "web");
  });

  await step("an impersonated user has clients of their own", async () => {
    const other = `${CONNECTION}-b`, connection = ["--connection", other];
    try {
      await gefyraWith(bob, "up", ...connection);
      const made = await clientOf(other);
      assert.deepEqual(made.spec.owner, { user: "bob" });
      // The connection's kubeconfig leads to another user now.
      await Deno.copyFile(kubeconfig, bob.KUBECONFIG);
      await assertRefused({
        name: "bridge",
        args: [...bridgeArgs(namespace, APP, "web"), ...connection],
        exit: "forbidden",
        says: new RegExp(
          `Cannot use client "${made.metadata.name}": it belongs to "bob", and you are "${me}"`,
        ),
      });
      await impersonating("bob", "system:masters");
    } finally {
      await gefyraWith(bob, "down", ...connection);
    }
  });

  await step("who has too many ports or bridges is told, and a free place is used", async () => {
    const many = Array.from({ length: PORTS_PER_BRIDGE + 1 }, (_, i) => ({ remote: i + 1, local: 80 }));
    const none = { owner: { user: me }, target: { kind: "Deployment", name: "none" } };
    await admin.create(bridge("wide", { ...none, ports: many }));
    await becomes("wide", "Refused LimitReached");
    assert.match((await ready("wide")).message, /32 ports: .*GEFYRA_PORTS_PER_BRIDGE/);
    await remove("wide");
    const names = Array.from({ length: BRIDGES_PER_CLIENT }, (_, i) => `full-${i}`);
    await fewAtATime(names, (name) => admin.create(bridge(name, none)));
    await Promise.all(names.map((name) => becomes(name, "Waiting TargetMissing")));
    // Made in a later second, so it is the youngest.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await admin.create(bridge("late", none));
    await becomes("late", "Refused LimitReached");
    const { message } = await ready("late");
    assert.match(
      message,
      new RegExp(`^client "${client.metadata.name}" may have 50 bridges: .*GEFYRA_BRIDGES_PER_CLIENT`),
    );
    const { code, stderr } = await tryGefyra(bridgeArgs(namespace, APP, "web"));
    assert.equal(code, 6, stderr);
    assert.match(stderr, /Cannot bridge "web": client .* may have 50 bridges/);
    await remove(names[7]!);
    await becomes("late", "Waiting TargetMissing");
    await remove("late", ...names.filter((_, i) => i !== 7));
  });

  await step("who has too many clients is told by up, and a free place is used", async () => {
    const cluster = await connectCluster({ kubeconfig: bob.KUBECONFIG, context: CONTEXT });
    const names = Array.from({ length: CLIENTS_PER_USER }, (_, i) => `bob-${i}`);
    const create = async (name: string) => {
      const { publicKey } = await generateKeyPair();
      const metadata = { name, namespace: NAMESPACE };
      await cluster.create({ ...clients, metadata, spec: { owner: { user: "bob" }, publicKey } } as Json);
    };
    const state = async (name: string) => {
      const { status } = await get("GefyraClient", name, NAMESPACE);
      return `${status?.phase} ${status?.conditions?.[0]?.reason}`;
    };
    try {
      await fewAtATime(names, create);
      await Promise.all(
        names.map((name) =>
          eventually(async () => assert.match(await state(name), /^(Ready|Silent) PeerConfigured$/), 30_000)
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const { code, stderr } = await tryGefyra(["up", "--connection", `${CONNECTION}-b`], bob);
      assert.equal(code, 6, stderr);
      assert.match(
        stderr,
        /^Error: Cannot connect client ".*": user "bob" may have 20 clients: .*GEFYRA_CLIENTS_PER_USER/m,
      );
      await create("bob-late");
      await eventually(async () => assert.equal(await state("bob-late"), "Refused LimitReached"));
      await cluster.remove({ ...clients, namespace: NAMESPACE, name: names[3]! });
      await eventually(async () => assert.equal(await state("bob-late"), "Ready PeerConfigured"));
    } finally {
      const left = (await list("GefyraClient", NAMESPACE)).filter(({ spec }) => spec.owner?.user === "bob");
      await Promise.all(left.map((one) => cluster.remove({ ...clients, ...nameOf(one) })));
    }
  });

  await step("bridges that name a client of others hold up nobody's down", async () => {
    await mallory.create(bridge("stays", { target: { kind: "Deployment", name: "none" } }));
    await becomes("stays", "Refused NotAllowed");
    await gefyra("down");
    assert.equal((await ready("stays")).state.split(" ")[0], "Waiting");
    await remove("stays");
  });
});

const nameOf = ({ metadata: { name, namespace } }: Json) => ({ name, namespace });
