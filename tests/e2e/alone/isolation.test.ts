/** A bridge is for its own pods: nobody else uses its port, and nobody reaches an app container past it. */
import assert from "node:assert/strict";
import { imageOf } from "../../../lib/images.ts";
import { NAMESPACE, STOWAWAY_POD } from "../../../lib/names.ts";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { get, kube, kubectl, list, type Manifest, scale } from "../harness/kube.ts";
import { lossText, startLoad } from "../harness/load-client.ts";
import { APP, named } from "../harness/names.ts";
import { ordered, report } from "../harness/steps.ts";
import { containersOf, testEnv } from "../harness/test-env.ts";
import { helloContainer, httpProbe, service, tools, workload } from "../harness/workloads.ts";

const OTHER = named("other"), RATE = 100;
/** It serves on until nobody is sent there any more. */
const careful = {
  grace: 10,
  extra: { lifecycle: { preStop: { sleep: { seconds: 3 } } }, readinessProbe: httpProbe(80) },
};
const stowawayCommand = ["exec", "--namespace", NAMESPACE, STOWAWAY_POD, "--container", "stowaway", "--"];
const OPEN = ["nft", "delete chain ip gefyra forward; delete chain ip gefyra input"];
const close = (program: string) => ["nft", "-f", `/dev/shm/${program}/live/nftables.conf`];

/** A pod with NET_ADMIN beside Stowaway's, as an attacker may have one. */
const router = (node: string): Manifest => ({
  kind: "Pod",
  metadata: { name: "router" },
  spec: {
    nodeName: node,
    terminationGracePeriodSeconds: 0,
    containers: [{
      name: "router",
      image: imageOf("stowaway"),
      imagePullPolicy: "IfNotPresent",
      command: ["sleep", "infinity"],
      securityContext: { capabilities: { add: ["NET_ADMIN"] } },
    }],
  },
});

/** One pod on each node, in the node's network. */
const onNodes = (name: string): Manifest[] => [
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          hostNetwork: true,
          terminationGracePeriodSeconds: 1,
          tolerations: [{ operator: "Exists" }],
          containers: [helloContainer()],
        },
      },
    },
  },
  service(name),
];

/** The addresses whose connections Stowaway takes at a port. */
async function takenAt(port: number): Promise<string[]> {
  const map = await kubectl(...stowawayCommand, "nft", "list", "map", "ip", "gefyra", "tcp_ports");
  return [...map.matchAll(/([\d.]+) \. (\d+) :/g)].filter(([, , at]) => Number(at) === port)
    .map(([, address]) => address!).sort();
}

Deno.test("a bridge is for its own pods", async (t) => {
  await using place = await testEnv("isolation");
  const step = ordered(t);
  const { namespace } = place;
  const objects = [tools(), ...workload("web", { replicas: 2, ...careful }), ...onNodes("nodes")];
  await Promise.all([place.apply(objects), gefyra("up")]);
  await place.run(APP, "local");
  await place.bridge(APP, "web", "--keep");
  const stowaway = await get("Pod", STOWAWAY_POD, NAMESPACE);
  const { podIP } = stowaway.status;
  const bridge = await get("GefyraBridge", "web", namespace);
  const [{ stowaway: port }] = bridge.status.ports, { address } = bridge.spec.destination;
  const addressesOf = async (name: string) =>
    (await place.pods(name)).map(({ status }) => status.podIP as string).sort();
  const call = ["curl", "--silent", "--show-error", "--max-time", "4", `http://${podIP}:${port}`];

  await step("its port takes the connections of its pods, and refuses those of others at once", async () => {
    assert.equal(await place.ask("http://web"), "local");
    assert.deepEqual(await takenAt(port), await addressesOf("web"));
    const start = performance.now();
    const { code, stderr } = await place.inPod(...call);
    assert.deepEqual([code, /refused|Could not connect/.test(stderr)], [7, true], stderr);
    assert.ok(performance.now() - start < 3_000);
    const [pod] = await place.pods("web");
    const target = { namespace, pod: pod.metadata.name, container: "gefyra-carrier" };
    const connect = ["/opt/carrier/bin/bash", "-c", `exec 3<>/dev/tcp/${podIP}/${port}`];
    assert.equal((await kube.exec(target, connect)).code, 0);
  });

  await step("the cluster has the policies, as far as its network enforces them", async () => {
    const policies = await kubectl("get", "networkpolicies", "--namespace", NAMESPACE, "--output", "name");
    const names = ["gefyra-operator", "gefyra-stowaway"].map((name) =>
      `networkpolicy.networking.k8s.io/${name}`
    );
    assert.deepEqual(policies.split("\n").sort(), names);
  });

  await step("a pod with NET_ADMIN and a route reaches no app container", async () => {
    await place.applyUnasked([router(stowaway.spec.nodeName)]);
    const target = { namespace, pod: "router", container: "router" };
    const run = (...command: string[]) => kube.exec(target, command);
    const routed = await run("ip", "route", "add", "198.18.0.0/15", "via", podIP, "dev", "eth0", "onlink");
    assert.equal(routed.code, 0, routed.stderr);
    const reaches = async () =>
      (await run("timeout", "3", "bash", "-c", `exec 3<>/dev/tcp/${address}/8000`)).code === 0;
    assert.equal(await reaches(), false);
    // As it was when neither end had rules: so it is they that keep the pod out.
    const [cargo = ""] = await containersOf("cargo");
    await Promise.all([kubectl(...stowawayCommand, ...OPEN), docker(["exec", cargo, ...OPEN])]);
    try {
      assert.equal(await reaches(), true);
    } finally {
      await Promise.all([
        kubectl(...stowawayCommand, ...close("stowaway")),
        docker(["exec", cargo, ...close("cargo")]),
      ]);
    }
    assert.equal(await reaches(), false);
  });

  await step("one client does not reach another's app container", async () => {
    const other = ["--connection", OTHER];
    try {
      await gefyra("up", ...other);
      await gefyra("run", ...other, "-i", "pyserver", "-N", OTHER, "-n", namespace, "-d");
      const get = (url: string) =>
        `import urllib.request; print(urllib.request.urlopen("${url}", timeout=4).read().decode())`;
      const ask = (url: string) => tryDocker(["exec", OTHER, "python3", "-c", get(url)]);
      await eventually(async () => assert.equal((await ask("http://web")).stdout.trim(), "local"));
      const { code, stderr } = await ask(`http://${address}:8000`);
      assert.deepEqual([code, /timed out/.test(stderr)], [1, true], stderr);
    } finally {
      await gefyra("down", ...other);
    }
  });

  await step("pods on their node's network are bridged from whichever node", async () => {
    const to = ["-n", namespace, "--target", "daemonset/nodes", "--port", "80:8000", "-I", "nodes"];
    await gefyra("bridge", "-N", APP, ...to, "--replace");
    await eventually(
      async () => assert.deepEqual(new Set(await place.askOften("http://nodes", 12)), new Set(["local"])),
      30_000,
    );
    const nodes = await list("Pod", namespace, "app=nodes");
    for (const { status } of nodes) assert.equal(await place.ask(`http://${status.podIP}`), "local");
    assert.equal(nodes.length, 2);
    await gefyra("unbridge", "-N", "nodes");
  });

  await step(
    "nobody is let down while pods come and go, and those that are gone use it no more",
    async () => {
      const load = await startLoad(namespace, "http://web", RATE);
      const bridged = (count: number) =>
        eventually(async () => {
          assert.match((await gefyra("list", "--bridges")).stdout, new RegExp(`Active +${count}/${count}`));
          assert.deepEqual(await takenAt(port), await addressesOf("web"));
        }, 60_000);
      await scale(namespace, "web", 4);
      await bridged(4);
      await scale(namespace, "web", 1);
      await bridged(1);
      for (let round = 0; round < 3; round++) {
        await gefyra("unbridge", "-N", "web");
        assert.deepEqual(await takenAt(port), []);
        await place.bridge(APP, "web", "--keep");
      }
      await gefyra("unbridge", "-N", "web");
      const result = await load.stop();
      report(lossText(result));
      assert.ok(result.answers["local"]! > 0);
      assert.deepEqual(result.lost, []);
    },
  );

  await step("a pod whose bridge is gone is refused like any other", async () => {
    await eventually(async () => assert.deepEqual(await takenAt(port), []));
    const [pod] = await place.pods("web");
    const target = { namespace, pod: pod.metadata.name, container: "gefyra-carrier" };
    const connect = ["/opt/carrier/bin/bash", "-c", `exec 3<>/dev/tcp/${podIP}/${port}`];
    assert.match((await kube.exec(target, connect)).stderr, /refused/);
  });
});
