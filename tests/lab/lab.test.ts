/** The lab as users get it: the real program, real Docker, two nodes, and nothing left of it in the end. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { LAB_LABEL } from "../../lib/names.ts";
import { docker, eventually, exec } from "../docker.ts";
import { pods } from "./pods.ts";

const main = new URL("../../main.ts", import.meta.url).pathname;
/** One that `scripts/test` knows, to take it down when the test is ended. */
const name = `t${Deno.env.get("GEFYRA_TEST_RUN") ?? crypto.randomUUID().slice(0, 6)}`;
const controlPlane = `gefyra-${name}-control-plane`, worker = `gefyra-${name}-worker-1`;

const before = `# mine
apiVersion: v1
kind: Config
current-context: work
clusters: []
users: []
contexts:
  - name: work
    context: { cluster: work, user: work }
`;

Deno.test("a lab with a worker, from up to down", async (t) => {
  const folder = await Deno.makeTempDir();
  const kubeconfig = `${folder}/config`;
  await Deno.writeTextFile(kubeconfig, before);
  const lab = (...args: string[]) => gefyra(["lab", ...args, "--name", name], kubeconfig);
  const kubectl = (...args: string[]) => exec(controlPlane, "kubectl", ...args);
  let volumes: string[] = [];
  try {
    await t.step("up makes the nodes ready and its context current", async () => {
      const result = JSON.parse(await lab("up", "--workers", "1", "--output", "json"));
      assert.equal(result.changed, true);
      assert.equal(parse(await Deno.readTextFile(kubeconfig))["current-context"], `gefyra-${name}`);
      const status = JSON.parse(await lab("status", "--output", "json"));
      assert.deepEqual(status.nodes.map((node: { ready: boolean }) => node.ready), [true, true]);
      volumes = await volumesOf(controlPlane, worker);
      assert.equal(volumes.length, 6);
    });

    await t.step("up again changes nothing", async () => {
      const result = JSON.parse(await lab("up", "--workers", "1", "--output", "json"));
      assert.equal(result.changed, false);
    });

    await t.step("an image is loaded into both nodes, once", async () => {
      assert.equal((await lab("load", "debian:trixie-slim")).match(/: debian:trixie-slim$/gm)?.length, 2);
      assert.equal((await lab("load", "debian:trixie-slim")).match(/has them already$/gm)?.length, 2);
    });

    await t.step("a pod on one node reaches a pod on the other, as itself", async () => {
      const manifests = new TextEncoder().encode(JSON.stringify(pods(controlPlane, worker)));
      await docker(["exec", "--interactive", controlPlane, "kubectl", "apply", "--filename", "-"], manifests);
      await kubectl("wait", "--for=condition=Ready", "--timeout=60s", "pod/client", "pod/server");
      const address = async (pod: string) =>
        await kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}");
      const ask = `exec 3<>/dev/tcp/${await address("server")}/8000; cat <&3`;
      await eventually(async () =>
        assert.equal(await kubectl("exec", "client", "--", "bash", "-c", ask), await address("client"))
      );
      assert.match(
        await kubectl("exec", "client", "--", "getent", "hosts", "server"),
        /server\.default\.svc/,
      );
    });

    const askOverUdp = async (node: string) => {
      const ask = `exec 3<>/dev/udp/${node}/31999; echo ping >&3; timeout 2 head -n 1 <&3`;
      assert.equal(await exec(controlPlane, "bash", "-c", ask), "ping");
    };

    await t.step("a UDP NodePort answers on every node", async () => {
      for (const node of [controlPlane, worker]) await eventually(() => askOverUdp(node));
    });

    await t.step("a node comes back after a restart, with its pods", async () => {
      await docker(["restart", worker]);
      await eventually(() => askOverUdp(worker), 60_000);
    });

    await t.step(
      "a lab that does not come up again says which component failed, and why, at once",
      async () => {
        await docker(["exec", controlPlane, "sh", "-c", "echo spoilt >/etc/kubernetes/pki/sa.pub"]);
        await docker(["stop", "--time", "5", controlPlane]);
        const start = performance.now();
        await assert.rejects(lab("up", "--workers", "1"), (error: Error) => {
          assert.match(
            error.message,
            new RegExp(`apiserver ended in node "${controlPlane}":\n(.*\n)*.*/sa.pub`),
          );
          return true;
        });
        assert.ok(performance.now() - start < 40_000);
      },
    );
  } finally {
    await lab("down");
    const kept = await Deno.readTextFile(kubeconfig);
    await Deno.remove(folder, { recursive: true });
    const label = ["--quiet", "--filter", `label=${LAB_LABEL}=${name}`];
    assert.equal(kept, before);
    assert.equal(await docker(["ps", "--all", ...label]), "");
    assert.equal(await docker(["network", "ls", ...label]), "");
    const left = (await docker(["volume", "ls", "--quiet"])).split("\n");
    assert.deepEqual(volumes.filter((volume) => left.includes(volume)), []);
  }
});

/** Runs the real entry point; its stdout. */
async function gefyra(args: string[], kubeconfig: string): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", main, ...args],
    env: { KUBECONFIG: kubeconfig },
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`gefyra ${args.join(" ")}:\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trim();
}

async function volumesOf(...containers: string[]): Promise<string[]> {
  const format = '{{range .Mounts}}{{if eq .Type "volume"}}{{println .Name}}{{end}}{{end}}';
  const names = await docker(["inspect", "--format", format, ...containers]);
  return names.split("\n").filter((line) => line !== "");
}
