/** An app container has the files and the identity of a container in the cluster. */
import assert from "node:assert/strict";
import { requireConnection } from "../../../lib/connection/find.ts";
import { connectEngine } from "../../../lib/docker/dockerode.ts";
import type { GefyraError } from "../../../lib/errors.ts";
import { prepareFiles } from "../../../lib/files/sync.ts";
import { connectCluster } from "../../../lib/kube/kubernetes.ts";
import { silentSteps } from "../../../lib/steps.ts";
import { helperOf } from "../../../lib/files/helper.ts";
import { imageOf } from "../../../lib/images.ts";
import { output } from "../../../scripts/images/command.ts";
import { docker, eventually } from "../../docker.ts";
import { asAccount } from "../harness/access.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { kube, kubectl, type Manifest } from "../harness/kube.ts";
import { CONNECTION, CONTEXT, CONTROL_PLANE, named } from "../harness/names.ts";
import { ordered } from "../harness/steps.ts";
import { inApp, testEnv } from "../harness/test-env.ts";
import { helloContainer, tools } from "../harness/workloads.ts";

const SECRET = "a password that nobody may see", APP = named("app"), OTHER = named("other");
const TOKENS = "/var/run/secrets/kubernetes.io/serviceaccount";
const restricted = {
  runAsNonRoot: true,
  runAsUser: 12345,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

function deployment(name: string, container: Record<string, unknown>): Manifest {
  const labels = { app: name };
  const volumes = [
    { name: "conf", configMap: { name: "conf" } },
    { name: "secret", secret: { secretName: "secret", defaultMode: 0o400 } },
    { name: "data", emptyDir: {} },
  ];
  const volumeMounts = [
    { name: "conf", mountPath: "/etc/conf" },
    { name: "conf", mountPath: "/etc/app.yaml", subPath: "app.yaml" },
    { name: "secret", mountPath: "/etc/secret", readOnly: true },
    { name: "data", mountPath: "/data" },
  ];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          volumes,
          containers: [{ ...helloContainer(), volumeMounts, ...container }],
        },
      },
    },
  };
}

const configuration = (): Manifest[] => [
  { kind: "ConfigMap", metadata: { name: "conf" }, data: { "app.yaml": "one", other: "x" } },
  { kind: "Secret", metadata: { name: "secret" }, stringData: { password: SECRET } },
];

/** Names, kinds, modes, owners, links and contents. */
const LISTING = (folder: string) =>
  `cd ${folder} && find . -mindepth 1 -printf '%p %y %m %U %G %l\\n' | sort && find . -type f | sort | xargs -r sha256sum`;

Deno.test("an app container has the files and the identity of a container in the cluster", async (t) => {
  await using place = await testEnv("files");
  const { namespace } = place, step = ordered(t);
  const run = (app: string, ...options: string[]) =>
    tryGefyra(["run", "-i", "pyserver", "-N", app, "-n", namespace, "-d", ...options]);
  await Promise.all([
    place.applyUnasked([...configuration(), deployment("api", {}), tools()]),
    gefyra("up"),
  ]);
  const inPod = async (...command: string[]) => {
    const [{ metadata: { name } }] = await place.pods("api");
    const { code, stdout, stderr } = await kube.exec(
      { namespace, pod: name, container: "hello-nginx" },
      command,
    );
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const cat = async (path: string) => (await inApp(APP, "cat", path)).stdout;

  await step("a missing right is named, and nothing is changed", async () => {
    await kubectl("create", "serviceaccount", "reader", "-n", namespace);
    const engine = connectEngine(), kubeconfig = await asAccount("as-reader", "reader", namespace);
    const cluster = await connectCluster({ kubeconfig, context: CONTEXT });
    const wanted = [{ remote: "/data", local: "/data", back: false }];
    const files = { namespace, target: { kind: "Deployment", name: "api" }, wanted };
    const connection = await requireConnection(engine, CONNECTION);
    await assert.rejects(
      prepareFiles({ engine, cluster, steps: silentSteps }, connection, named("no"), { files }),
      (error: GefyraError) => {
        assert.equal(error.id, "rights-missing");
        assert.match(error.message, /"patch pods\/ephemeralcontainers".*"create pods\/exec"/);
        return true;
      },
    );
    const [pod] = await place.pods("api");
    assert.equal(pod.spec.ephemeralContainers, undefined);
  });

  await step("all volumes are there, as in the pod", async () => {
    const { code, stderr } = await run(APP, "--sync", "volumes", "--sync-from", "deployment/api");
    assert.equal(code, 0, stderr);
    for (const folder of ["/etc/conf", "/etc/secret", "/data", TOKENS]) {
      const here = await inApp(APP, "sh", "-c", LISTING(folder));
      assert.equal(here.stdout, await inPod("sh", "-c", LISTING(folder)), folder);
    }
    assert.equal(await cat("/etc/secret/password"), SECRET);
    assert.equal(await cat("/etc/app.yaml"), "one");
    assert.notEqual((await inApp(APP, "touch", "/data/x")).code, 0, "it is read-only");
  });

  await step("a change is here within seconds", async () => {
    await inPod("sh", "-c", "echo new >/data/file");
    await eventually(async () => assert.equal(await cat("/data/file"), "new"), 5_000);
    await kubectl("patch", "configmap", "conf", "-n", namespace, "-p", '{"data":{"app.yaml":"two"}}');
    // A change of the pod makes the kubelet look at its volumes at once.
    const [{ metadata: { name } }] = await place.pods("api");
    await kubectl("annotate", "pod", name, "-n", namespace, "look=now");
    await eventually(async () => assert.equal(await inPod("cat", "/etc/conf/app.yaml"), "two"), 90_000);
    await eventually(async () => assert.equal(await cat("/etc/conf/app.yaml"), "two"), 5_000);
  });

  await step(
    "--like has the volumes too, and one that starts anew needs no other container in the pod",
    async () => {
      const like = ["run", "--like", "deployment/api", "-N", named("like"), "-n", namespace, "-d"];
      const containers = async () => (await place.pods("api"))[0].spec.ephemeralContainers.length;
      const before = await containers();
      for (let times = 0; times < 2; times++) {
        const { stderr } = await gefyra(...like, "--sync", "volumes");
        assert.doesNotMatch(stderr, /is not there/);
        assert.equal((await inApp(named("like"), "cat", "/data/file")).stdout, "new");
        await gefyra("rm", "--force", named("like"));
      }
      assert.equal(await containers(), before);
    },
  );

  await step("--sync-back brings to the pod what changes here", async () => {
    const app = named("back");
    const { code, stderr } = await run(app, "--sync-back", "/data", "--sync-from", "deployment/api");
    assert.equal(code, 0, stderr);
    assert.equal((await inApp(app, "sh", "-c", "cat /data/file && echo back >/data/back")).stdout, "new");
    await eventually(async () => assert.equal(await inPod("cat", "/data/back"), "back"));
    await gefyra("rm", "--force", app);
  });

  await step("nothing secret is in a setting of a container or in the pod", async () => {
    const token = await cat(`${TOKENS}/token`);
    assert.match(token, /^ey/);
    const [pod] = await place.pods("api");
    const settings = [JSON.stringify(pod), await docker(["inspect", APP, helperOf(APP)])];
    for (const text of settings) for (const secret of [token, SECRET]) assert.ok(!text.includes(secret));
    const [{ securityContext }] = pod.spec.ephemeralContainers;
    assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] });
  });

  await step("another pod is refused", async () => {
    const [pod] = await place.pods("api");
    const [{ name: container }] = pod.spec.ephemeralContainers;
    const logs = () => kubectl("logs", pod.metadata.name, "-c", container, "-n", namespace);
    const [, address] = /serving files on (\S+)/.exec(await logs()) ?? [];
    const { code } = await place.inPod("curl", "-sk", "--max-time", "5", `https://${address}/`);
    assert.notEqual(code, 0);
    assert.match(await logs(), /refused/);
  });

  await step("an unmodified client library is the pod's service account", async () => {
    await docker(["cp", "-L", `${CONTROL_PLANE}:/usr/local/bin/kubectl`, `${place.folder}/kubectl`]);
    await docker(["cp", `${place.folder}/kubectl`, `${APP}:/usr/local/bin/kubectl`]);
    const whoami = ["kubectl", "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"];
    const { stdout, stderr } = await inApp(APP, ...whoami);
    assert.equal(stdout, `system:serviceaccount:${namespace}:default`, stderr);
    // Another account than the pod's.
    await gefyra("run", "-i", "pyserver", "-N", OTHER, "-n", namespace, "-d", "--service-account", "reader");
    await docker(["cp", `${place.folder}/kubectl`, `${OTHER}:/usr/local/bin/kubectl`]);
    const other = await inApp(OTHER, ...whoami);
    assert.equal(other.stdout, `system:serviceaccount:${namespace}:reader`, other.stderr);
    assert.match((await gefyra("sync", OTHER)).stdout, /service account .*\/reader/);
  });

  await step("the clients for TypeScript and Python list pods", async () => {
    const program = `${place.folder}/pods.mjs`, clients = "tests/e2e/harness/clients";
    const bundle = ["bundle", "--quiet", "--platform", "deno", "--output", program, `${clients}/pods.ts`];
    await output(Deno.execPath(), bundle);
    await Deno.copyFile(`${clients}/pods.py`, `${place.folder}/pods.py`);
    const folders = ["-v", `${place.folder}:/src`, "-v", `${Deno.execPath()}:/usr/local/bin/deno:ro`];
    const files = ["--sync", TOKENS, "--sync-from", "deployment/api"];
    const app = ["-i", "runtimes", "-N", named("clients"), "-n", namespace];
    await gefyra("run", ...app, "-d", ...folders, ...files, "--", "sleep", "infinity");
    const subject = `--serviceaccount=${namespace}:default`;
    await kubectl("create", "rolebinding", "clients", "-n", namespace, "--clusterrole=view", subject);
    const pods = (await kube.list("Pod", namespace)).map(({ metadata }) => metadata.name);
    for (const client of [["deno", "run", "--allow-all", "pods.mjs"], ["python3", "pods.py"]]) {
      await eventually(async () => {
        const { stdout, stderr } = await inApp(named("clients"), ...client, namespace);
        assert.deepEqual(stdout.split("\n"), pods, stderr);
      });
    }
  });

  await step("files follow a new pod", async () => {
    const [old] = await place.pods("api");
    await kubectl("delete", "pod", old.metadata.name, "-n", namespace, "--wait");
    await kube.ready(namespace, "Deployment", "api");
    await inPod("sh", "-c", "echo again >/data/file");
    const { stdout } = await gefyra("sync", APP);
    const [pod] = await place.pods("api");
    assert.match(stdout, new RegExp(`from pod +${namespace}/${pod.metadata.name} +synced`));
    assert.equal(await cat("/data/file"), "again");
    await kubectl("delete", "pod", pod.metadata.name, "-n", namespace, "--wait");
    await kube.ready(namespace, "Deployment", "api");
    await inPod("sh", "-c", "echo restarted >/data/file");
    assert.equal((await gefyra("restart", "-t", "1", APP)).stderr, "");
    assert.equal(await cat("/data/file"), "restarted");
  });

  await step("what cannot be served is refused, with the reason", async () => {
    const refuse = async (reason: RegExp, ...options: string[]) => {
      const { code, stderr } = await run(named("no"), ...options, "--sync-from", "deployment/api");
      assert.equal(code, 6, stderr);
      assert.match(stderr, reason);
    };
    await refuse(/\/data\/missing: no such file/, "--sync", "/data/missing");
    await refuse(/overlap/, "--sync", "/data/a", "--sync-back", "/data");
    assert.equal(await docker(["ps", "-aq", "--filter", `name=${helperOf(named("no"))}`]), "");
  });

  await step("a namespace that enforces restricted admits it, as the container's user", async () => {
    await kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted");
    await place.applyUnasked([deployment("strict", {
      image: imageOf("carrier"),
      command: ["/opt/carrier/bin/bash", "-c", "sleep infinity"],
      ports: [],
      securityContext: restricted,
    })]);
    const app = named("strict");
    const from = ["--sync", "/data", "--sync", "/etc/conf", "--sync-from", "deployment/strict"];
    const { code, stderr } = await run(app, ...from);
    assert.equal(code, 0, stderr);
    assert.equal((await inApp(app, "cat", "/etc/conf/app.yaml")).stdout, "two");
    await kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce-");
  });

  await step("down leaves nothing, and the pods' containers end", async () => {
    await gefyra("down");
    assert.equal(await docker(["ps", "-aq", "--filter", `label=dev.gefyra.connection=${CONNECTION}`]), "");
    assert.equal(
      await docker(["volume", "ls", "-q", "--filter", `label=dev.gefyra.connection=${CONNECTION}`]),
      "",
    );
    await eventually(async () => {
      for (const name of ["api", "strict"]) {
        const [pod] = await place.pods(name);
        for (const { state } of pod.status.ephemeralContainerStatuses) {
          assert.equal(state.terminated?.exitCode, 0, JSON.stringify(pod.status.ephemeralContainerStatuses));
        }
      }
    }, 60_000);
  });
});
