/** Names, as a pod would see them, and what an app container sees beside them. */
import assert from "node:assert/strict";
import { docker, eventually, exec } from "../../docker.ts";
import { cut } from "../harness/cut.ts";
import { gefyra } from "../harness/gefyra.ts";
import { APP, CONTEXT, named, WORKER } from "../harness/names.ts";
import { apply, kubectl, type Manifest } from "../harness/kube.ts";
import { containersOf, inApp, type TestEnv, testEnv } from "../harness/test-env.ts";
import { ordered, report } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";

const SIBLING = named("sibling"), SMALL = named("small");
const FAILS_WITHIN_MS = 2_000;
/** How late a process may be woken on a busy machine. */
const LATE_MS = 600;

const services: Manifest[] = [
  {
    kind: "Service",
    metadata: { name: "headless" },
    spec: { clusterIP: "None", selector: { app: "web" }, ports: [{ name: "http", port: 80 }] },
  },
  { kind: "Service", metadata: { name: "away" }, spec: { type: "ExternalName", externalName: WORKER } },
].map((service) => ({ apiVersion: "v1", ...service }));

/** What Python's resolver, which is glibc's, finds in an app container; the reason where it finds nothing. */
async function glibc(app: string, name: string): Promise<string> {
  const script = `import socket,sys
try: print(",".join(sorted({one[4][0] for one in socket.getaddrinfo("${name}", None, socket.AF_INET)})))
except OSError as error: print(error.strerror)`;
  return (await inApp(app, "python3", "-c", script)).stdout;
}

async function musl(name: string): Promise<string> {
  return (await inApp(SMALL, "/resolve", name)).stdout.split("\n").sort().join(",");
}

async function jsonpath(place: TestEnv, kind: string, name: string, path: string): Promise<string> {
  return await kubectl("get", kind, name, "--namespace", place.namespace, "--output", `jsonpath={${path}}`);
}

Deno.test("names", async (t) => {
  await using place = await testEnv("names");
  const step = ordered(t);
  const other = `${place.namespace}-2`;
  await Promise.all([place.apply([tools(), ...workload("web", { replicas: 2 })]), gefyra("up")]);
  await apply(place.namespace, services);
  await kubectl("create", "namespace", other);
  try {
    await place.run(APP, "local");
    await gefyra("run", "-i", "pyserver", "-N", SIBLING, "-n", other, "-d");
    await gefyra("run", "-i", "musl", "-N", SMALL, "-n", place.namespace, "-d");
    const address = await jsonpath(place, "service", "web", ".spec.clusterIP");
    const pods = (await place.pods("web")).map(({ status }) => status.podIP).sort().join(",");
    const worker = await docker([
      ...["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", WORKER],
    ]);
    const own = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    const sibling = await docker(["inspect", "--format", own, SIBLING]);
    const { namespace } = place;

    const table: [string, string, string][] = [
      ["short", "web", address],
      ["with its namespace", `web.${namespace}`, address],
      ["as a service", `web.${namespace}.svc`, address],
      ["full", `web.${namespace}.svc.cluster.local`, address],
      ["full, with the final dot", `web.${namespace}.svc.cluster.local.`, address],
      ["headless", "headless", pods],
      ["an external name", "away", worker],
      ["beyond the cluster, as its nodes see it", `${WORKER}.${CONTEXT}`, worker],
      ["of another app container", SIBLING, sibling],
    ];
    for (const [what, name, expected] of table) {
      await step(`${what}: ${name}, from an image with glibc and from one with musl`, async () => {
        await eventually(async () => assert.equal(await glibc(APP, name), expected));
        await eventually(async () => assert.equal(await musl(name), expected));
      });
    }

    await step("each app container has the search list of its own namespace", async () => {
      assert.match(await glibc(SIBLING, "web"), /not known|No address/);
      assert.equal(await glibc(SIBLING, `web.${namespace}`), address);
      for (const [app, own] of [[APP, namespace], [SIBLING, other]] as const) {
        const written = await exec(app, "cat", "/etc/resolv.conf");
        assert.match(
          written,
          new RegExp(`^search ${own}\\.svc\\.cluster\\.local svc\\.cluster\\.local cluster\\.local$`, "m"),
        );
        assert.match(written, /^options .*ndots:5/m);
      }
    });

    await step("the ports of a headless service (SRV), as a pod sees them", async () => {
      const ask = ["dig", "+short", "+search", "_http._tcp.headless", "SRV"];
      const { stdout: inPod } = await place.inPod(...ask);
      const { stdout: asked } = await inApp(
        APP,
        "python3",
        "-c",
        srvQuestion(`_http._tcp.headless.${namespace}.svc.cluster.local`),
      );
      assert.equal(inPod.trim().split("\n").length, 2, inPod);
      assert.match(asked, /^0 2 in /);
    });

    await step("while the tunnel is down a name fails within two seconds, and then at once", async () => {
      const [cargo = ""] = await containersOf("cargo");
      const mend = await cut(cargo);
      const times: number[] = [];
      for (let i = 0; i < 6; i++) {
        const code = await inApp(
          APP,
          "python3",
          "-c",
          srvQuestion(`missing-${i}.${namespace}.svc.cluster.local`),
        );
        const [answer = "", ms] = code.stdout.split(" in ");
        times.push(Number(ms));
        assert.equal(answer, "2 0", "not SERVFAIL");
      }
      report(`SERVFAIL after ${times.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(", ")}`);
      for (const ms of times) assert.ok(ms < FAILS_WITHIN_MS + LATE_MS, `${ms} ms`);
      assert.ok(times.at(-1)! < 1000, `${times.at(-1)} ms`);
      await mend();
      await eventually(async () => assert.equal(await glibc(APP, "web"), address), 20_000);
    });
  } finally {
    await kubectl("delete", "namespace", other, "--wait=false");
  }
});

/** Asks the container's resolver once; prints the answer's code, how many records it has and the ms that it took. */
function srvQuestion(name: string): string {
  return `import socket,struct,time
server = [line.split()[1] for line in open("/etc/resolv.conf") if line.startswith("nameserver")][0]
question = b"".join(bytes([len(part)]) + part.encode() for part in "${name}".split(".")) + b"\\0"
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(8)
start = time.monotonic()
client.sendto(struct.pack(">6H", 1, 0x100, 1, 0, 0, 0) + question + struct.pack(">2H", 33, 1), (server, 53))
head = struct.unpack(">6H", client.recv(4096)[:12])
print(head[1] & 15, head[3], "in", (time.monotonic() - start) * 1000)`;
}
