/** The line itself: its addresses, its MTU, its endpoints, and what leaves beside it. */
import assert from "node:assert/strict";
import { NAMESPACE, STOWAWAY_POD } from "../../../lib/names.ts";
import { overlaps } from "../../../lib/config/addresses.ts";
import { docker, eventually } from "../../docker.ts";
import { cut } from "../harness/cut.ts";
import { gefyra, startGefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP, CONTROL_PLANE, WORKER } from "../harness/names.ts";
import { get, kubectl, list, tryKubectl } from "../harness/kube.ts";
import { containersOf, inApp, networks, type TestEnv, testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { EXTERNAL_PORT, externalHost } from "../harness/external-host.ts";
import { tools, workload } from "../harness/workloads.ts";

const PUBLISHED = 18_080 + Math.floor(Math.random() * 1000);
const MEGABYTES = 20;
const LB_PORT = 5_000;
const ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";

const curl = (app: string, url: string) => inApp(app, "curl", "-sS", "--fail", "--max-time", "5", url);

Deno.test("subnets that cannot be used are refused with the reason, and nothing is left", async () => {
  await using _ = await testEnv("subnets");
  const before = await snapshot();
  const table: [string, RegExp][] = [
    ["10.96.7.0/24", /overlaps 10\.96\.0\.0\/16, which belongs to the cluster's services/],
    ["10.244.0.0/24", /overlaps 10\.244\.0\.0\/24, which belongs to the cluster's pods/],
    ["198.18.3.0/24", /belongs to Gefyra's tunnel/],
  ];
  for (const [subnet, message] of table) {
    const { code, stderr } = await tryGefyra(["up", "--subnet", subnet]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
  await assertUnchanged(before);
});

Deno.test("the tunnel: its addresses, its MTU, its endpoints, and what leaves beside it", async (t) => {
  await using place = await testEnv("line");
  const step = ordered(t);
  await using other = await externalHost();
  // As a VPN does it, with the range that Gefyra likes best.
  await other.route("172.28.0.0/16");
  const [{ stderr }] = await Promise.all([
    gefyra("up", "--verbose", "--egress", "local"),
    place.apply([tools(), ...workload("web"), ...workload("bridged")]),
  ]);
  const [cargo = ""] = await containersOf("cargo");

  await step("the Docker network overlaps nothing that the machine or the cluster has", async () => {
    const [id = ""] = await networks();
    const subnet = await docker(["network", "inspect", "--format", "{{(index .IPAM.Config 0).Subnet}}", id]);
    report(subnet);
    for (const range of ["172.28.0.0/16", "10.96.0.0/16", "10.244.0.0/16", `${other.address}/32`]) {
      assert.ok(!overlaps(subnet, range), `${subnet} ${range}`);
    }
    const ids = (await docker(["network", "ls", "--quiet"])).split("\n").filter((one) => !id.startsWith(one));
    const all = JSON.parse(await docker(["network", "inspect", ...ids]));
    for (const { IPAM, Name } of all) {
      for (const { Subnet } of IPAM.Config ?? []) {
        if (!Subnet.includes(":")) assert.ok(!overlaps(subnet, Subnet), `${subnet} ${Name}`);
      }
    }
  });

  await step("what was measured is shown", () => {
    assert.match(stderr, /connected over the Docker network .*, 1,420 bytes MTU, \d+(\.\d)? ms/);
    return Promise.resolve();
  });

  await place.run(APP, "local", "-p", `${PUBLISHED}:8000`);
  await place.bridge(APP, "bridged", "--keep");

  /** Out to a service, and in over a bridge. */
  const bothWays = async () => {
    assert.match((await curl(APP, "http://web")).stdout, /^hello from nginx/);
    assert.equal(await place.ask("http://bridged"), "local");
  };

  await step("with local egress from the first `up` on, and after a plain one, both modes work", async () => {
    await bothWays();
    await gefyra("up");
    await bothWays();
    await gefyra("up", "--egress", "local");
    await bothWays();
    await gefyra("up");
  });

  await step("a published port answers this machine", async () => {
    const response = await fetch(`http://127.0.0.1:${PUBLISHED}/`, { signal: AbortSignal.timeout(4000) });
    assert.equal(await response.text(), "local");
    assert.match((await curl(APP, "http://web")).stdout, /^hello from nginx/);
  });

  await step(`a path that carries 1280 bytes: ${MEGABYTES} MB both modes`, async () => {
    const narrow = await stowawaysPort();
    await narrow(1280);
    try {
      const { stdout } = await gefyra("up");
      assert.match(stdout, /, 1,216 bytes MTU, /);
      // Stowaway knows it, too, when `up` returns.
      const [client] = await list("GefyraClient", "gefyra");
      assert.equal(client.spec.mtu, 1216);
      assert.match(await stowawaysRoutes(), /^198\.18\.\d+\.0\/24 .*mtu 1216/m);
      await bothWays();
      await largeBodies(place);
    } finally {
      await narrow(1500);
    }
    assert.match((await gefyra("up")).stdout, /, 1,420 bytes MTU, /);
  });

  await step("with local egress the cluster is reached through the tunnel, all else without it", async () => {
    await gefyra("up", "--egress", "local");
    const url = `http://${other.address}:${EXTERNAL_PORT}/external`;
    await bothWays();
    assert.equal((await curl(APP, url)).stdout, "external");
    const mend = await cut(cargo);
    assert.equal((await curl(APP, url)).stdout, "external");
    assert.notEqual((await curl(APP, "http://web")).code, 0);
    await mend();
    await gefyra("up");
    await eventually(async () => assert.equal((await curl(APP, url)).stdout, "external"), 20_000);
    const mendAgain = await cut(cargo);
    assert.notEqual((await curl(APP, url)).code, 0);
    await mendAgain();
    await eventually(async () => assert.match((await curl(APP, "http://web")).stdout, /^hello/), 20_000);
  });

  await step(
    "when one address falls silent, Cargo goes on over another by itself; up goes back",
    async () => {
      const first = await endpointOf(cargo);
      const mend = await cut(cargo, { address: first.split(":")[0]! });
      const took = await timed(() =>
        eventually(async () => {
          assert.notEqual(await endpointOf(cargo), first);
          assert.match((await curl(APP, "http://web")).stdout, /^hello from nginx/);
        }, 60_000)
      );
      report(`another address after ${took}`);
      await mend();
      const asked = inApp(
        APP,
        "curl",
        "-sS",
        "--max-time",
        "20",
        "--limit-rate",
        "1M",
        "http://web/",
        "http://web/",
      );
      assert.match((await gefyra("up")).stdout, new RegExp(`^Connected .*${first}`));
      assert.equal((await asked).code, 0);
      assert.equal(await endpointOf(cargo), first);
    },
  );

  await step("a load balancer is used where no node answers", async () => {
    const mend = await cut(cargo);
    const up = startGefyra(["up", "--service-type", "LoadBalancer", "--service-port", `${LB_PORT}`]);
    const worker = await docker(["inspect", "--format", ADDRESS, WORKER]);
    const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: worker }] } } });
    const patch = ["patch", "service", "gefyra-stowaway", "--namespace", "gefyra", "--subresource", "status"];
    await eventually(async () => {
      const [service] = await list("Service", "gefyra");
      assert.equal(service.spec.type, "LoadBalancer");
    });
    await kubectl(...patch, "--patch", status);
    const { code, stdout, stderr } = await up.output;
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`the load balancer ${worker}:${LB_PORT}`));
    await eventually(async () => assert.match((await curl(APP, "http://web")).stdout, /^hello from nginx/));
    await mend();
    assert.match((await gefyra("up")).stdout, /the Docker network/);
    assert.equal(
      await kubectl("get", "service", "gefyra-stowaway", "-n", "gefyra", "-o", "jsonpath={.spec.type}"),
      "LoadBalancer",
    );
  });
});

async function stowawaysRoutes(): Promise<string> {
  return await kubectl(
    "exec",
    "--namespace",
    "gefyra",
    STOWAWAY_POD,
    "--",
    "ip",
    "route",
    "show",
    "dev",
    "wg0",
  );
}

async function endpointOf(cargo: string): Promise<string> {
  return JSON.parse(await docker(["exec", cargo, "cargo", "status"])).peers[0].endpoint;
}

/** Sets the MTU of the node's end of the cable that leads to Stowaway's pod. */
async function stowawaysPort(): Promise<(mtu: number) => Promise<unknown>> {
  const pod = await get("Pod", STOWAWAY_POD, NAMESPACE);
  const { stdout: index } = await tryKubectl(
    ...["exec", "--namespace", "gefyra", pod.metadata.name, "--", "cat", "/sys/class/net/eth0/iflink"],
  );
  const node = pod.spec.nodeName === WORKER ? WORKER : CONTROL_PLANE;
  const set =
    'for one in /sys/class/net/*; do [ "$(cat $one/ifindex)" = "$1" ] && ip link set "${one##*/}" mtu "$2"; done';
  return (mtu) =>
    docker(["exec", node, "bash", "-c", `${set}; ip link show | grep -c 'mtu ${mtu}'`, "_", index, `${mtu}`]);
}

async function largeBodies(place: TestEnv): Promise<void> {
  await docker(["exec", APP, "sh", "-c", `head -c ${MEGABYTES}M /dev/urandom > /src/large`]);
  const expected = (await docker(["exec", APP, "sha256sum", "/src/large"])).slice(0, 64);
  const download = await timed(async () => {
    const script = "curl -sS --fail --max-time 60 http://bridged/large -o /tmp/large && sha256sum /tmp/large";
    assert.equal((await place.inPod("sh", "-c", script)).stdout.slice(0, 64), expected);
  });
  await place.inPod("sh", "-c", "cd /tmp && exec python3 -m http.server 9000 > /dev/null 2>&1 &");
  const { status: { podIP } } = await get("Pod", "tools", place.namespace);
  const outbound = await timed(() =>
    eventually(async () => {
      const { stdout } = await inApp(
        APP,
        "sh",
        "-c",
        `curl -sS --fail --max-time 60 http://${podIP}:9000/large | sha256sum`,
      );
      assert.equal(stdout.slice(0, 64), expected);
    })
  );
  report(`into the cluster ${download}, out of it ${outbound}`);
}
