/** Kubeconfigs are read, and servers reached, as kubectl does: the lab's kubectl gets the same files. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { parse, stringify } from "yaml";
import type { Cluster } from "../../../lib/kube/cluster.ts";
import type { Case } from "../../../lib/kube/kubeconfig-case.ts";
import { cases } from "../../../lib/kube/kubeconfig-cases.ts";
import { connectCluster } from "../../../lib/kube/kubernetes.ts";
import { docker, eventually, exec } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { CONTEXT, CONTROL_PLANE, kubeconfig } from "../harness/names.ts";
import { apply, type Json, kube, kubectl } from "../harness/kube.ts";
import { prepare } from "../harness/prepare.ts";
import { proxy } from "../harness/proxy.ts";
import { report, timed } from "../harness/steps.ts";
import { TEST_LABEL } from "../harness/suite.ts";

const NAME = "e2e-kubeconfig";

Deno.test("kubeconfigs are read, and servers reached, as kubectl does", async (t) => {
  await prepare();
  const folder = await Deno.makeTempDir({ prefix: "gefyra-e2e-" });
  const home = { folder, kubectl: `${folder}/kubectl` };
  await docker(["cp", "--follow-link", `${CONTROL_PLANE}:/usr/local/bin/kubectl`, home.kubectl]);
  await kube.createNamespace(NAME, { [TEST_LABEL]: "kubeconfig" });
  await apply(NAME, [account]);
  await apply(undefined, [rights]);
  try {
    const pem = await pems();
    for (const one of cases(pem)) await t.step(one.what, () => checkRead(home, one));
    await t.step("a server under another name: tls-server-name", () => checkServerName(home));
    await t.step("certificates and an authority beside the kubeconfig", () => checkCertificates(home, pem));
    await t.step("a token in a file, and the one that replaces it", () => checkTokenFile(home));
    await t.step("a plugin beside the kubeconfig", () => checkPlugin(home));
    for (const scheme of ["http", "socks5"] as const) {
      for (const login of [undefined, { name: "me", password: "secret" }]) {
        await t.step(`a proxy over ${scheme}${login ? ", with a password" : ""}`, async () => {
          await using through = proxy(scheme, login ? { login } : {});
          await checkProxy(home, through, login ? { "tls-server-name": "kubernetes" } : {});
        });
      }
    }
    for (const scheme of ["http", "socks5"] as const) {
      await t.step(`the relay, too: a proxy over ${scheme}, to a server under another name`, async () => {
        await using through = proxy(scheme);
        await using other = await otherAddress();
        const file = await write(home.folder, (config) => {
          const settings = {
            server: other.server,
            "tls-server-name": "kubernetes",
            "proxy-url": through.url,
          };
          Object.assign(config.clusters[0].cluster, settings);
        });
        try {
          const took = await timed(() => gefyra("up", "--transport", "api-server", "--kubeconfig", file));
          report(`up took ${took}, over ${through.asked.length} connections`);
        } finally {
          await gefyra("down");
        }
      });
    }
  } finally {
    await kubectl("delete", "clusterrolebinding", NAME);
    await kubectl("delete", "namespace", NAME, "--wait=false");
    await Deno.remove(folder, { recursive: true });
  }
});

interface Home {
  folder: string;
  kubectl: string;
}

const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: NAME } };
const rights = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: NAME, labels: { [TEST_LABEL]: "kubeconfig" } },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ kind: "ServiceAccount", name: NAME, namespace: NAME }],
};

async function pems() {
  const config = parse(await Deno.readTextFile(kubeconfig));
  const { cluster } = config.clusters.find(({ name }: Json) => name === CONTEXT);
  const { user } = config.users.find(({ name }: Json) => name === CONTEXT);
  return {
    ca: atob(cluster["certificate-authority-data"]),
    cert: atob(user["client-certificate-data"]),
    key: atob(user["client-key-data"]),
    otherKey: await exec(CONTROL_PLANE, "cat", "/etc/kubernetes/pki/apiserver.key") + "\n",
  };
}

/** The lab's kubeconfig, with its one context only, changed, in a new folder. */
async function write(folder: string, change: (config: Json) => void): Promise<string> {
  const config = parse(await Deno.readTextFile(kubeconfig));
  const ours = ({ name }: Json) => name === CONTEXT;
  for (const list of ["clusters", "users", "contexts"]) config[list] = config[list].filter(ours);
  config["current-context"] = CONTEXT;
  change(config);
  const file = `${await Deno.makeTempDir({ dir: folder })}/config`;
  await Deno.writeTextFile(file, stringify(config), { mode: 0o600 });
  return file;
}

async function run(home: Home, args: string[], env: Record<string, string>) {
  const command = new Deno.Command(home.kubectl, { args, env, cwd: home.folder, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** What the table says of kubectl is what kubectl says. */
async function checkRead(home: Home, { files, list, context, use, kubectl: differs }: Case): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: home.folder });
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  const KUBECONFIG = list.map((name) => `${folder}/${name}`).join(":");
  const named = context ? ["--context", context] : [];
  const asked = await run(home, ["get", "--raw", "/version", ...named], { KUBECONFIG });
  // Nobody listens where the table's servers are: who gets so far has accepted the kubeconfig.
  // Of whom nothing is known, kubectl asks the name.
  const accepted = /127\.0\.0\.1:[12]\b.*refused|^error: EOF$/m.test(asked.stderr);
  assert.equal(accepted, use !== undefined || differs === "uses it", asked.stderr);
  if (!use) return;
  const view = ["config", "view", "--raw", "--flatten", "--minify", "--output", "json", ...named];
  const seen = JSON.parse((await run(home, view, { KUBECONFIG })).stdout);
  const { extensions: _, ...cluster } = seen.clusters[0].cluster;
  assert.equal(seen["current-context"], use.context);
  assert.equal(seen.contexts[0].context.namespace ?? "default", use.namespace ?? "default");
  assert.deepEqual(cluster, use.cluster);
  if (use.user) assert.deepEqual(seen.users[0].user, use.user);
}

/** kubectl comes through, and so do a request, a watch and a command in a container. */
async function comesThrough(home: Home, file: string): Promise<void> {
  const asked = await run(home, ["get", "namespace", NAME, "--output", "name"], { KUBECONFIG: file });
  assert.equal(asked.stdout, `namespace/${NAME}`, asked.stderr);
  await works(await connectCluster({ kubeconfig: file }));
}

async function works(cluster: Cluster): Promise<void> {
  assert.match(await cluster.version(), /^v1\./);
  await execWorks(cluster);
  await watchWorks(cluster);
}

async function execWorks(cluster: Cluster): Promise<void> {
  const labels = "k8s-app=kube-dns", namespace = "kube-system";
  const [pod] = await cluster.list({ apiVersion: "v1", kind: "Pod", namespace, labels });
  const target = { namespace, pod: pod!.metadata!.name!, container: "coredns" };
  const ran = await cluster.exec(target, ["/coredns", "-version"]);
  assert.deepEqual([ran.exitCode, /CoreDNS/.test(ran.stdout)], [0, true], ran.stderr);
}

async function watchWorks(cluster: Cluster): Promise<void> {
  const seen: string[] = [], failed: Error[] = [];
  const stop = await cluster.watch(
    { apiVersion: "v1", kind: "Namespace" },
    ({ type, object }) => object.metadata?.name === NAME && seen.push(type),
    (error) => failed.push(error),
  );
  try {
    await kubectl("annotate", "namespace", NAME, "--overwrite", `now=${performance.now()}`);
    await eventually(() => Promise.resolve(assert.deepEqual(seen, ["ADDED", "MODIFIED"])));
    assert.deepEqual(failed, []);
  } finally {
    stop();
  }
}

/** The API server under an address that is not in its certificate. */
async function otherAddress() {
  const [, to = ""] = (await Deno.readTextFile(kubeconfig)).match(/https:\/\/(127\.0\.0\.1:\d+)/) ?? [];
  const through = proxy("tcp", { address: "127.0.0.2", to });
  return Object.assign(through, { server: through.url.replace("tcp:", "https:") });
}

async function checkServerName(home: Home): Promise<void> {
  await using other = await otherAddress();
  const { server } = other;
  const without = await write(home.folder, (config) => config.clusters[0].cluster.server = server);
  await assert.rejects(
    connectCluster({ kubeconfig: without }).then((cluster) => cluster.version()),
    /certificate/i,
  );
  const file = await write(
    home.folder,
    (config) => Object.assign(config.clusters[0].cluster, { server, "tls-server-name": "kubernetes" }),
  );
  await comesThrough(home, file);
}

async function checkCertificates(home: Home, pem: Record<string, string>): Promise<void> {
  const file = await write(home.folder, (config) => {
    const { server } = config.clusters[0].cluster;
    config.clusters[0].cluster = { server, "certificate-authority": "pki/ca" };
    config.users[0].user = { "client-certificate": "pki/cert", "client-key": "./pki/key" };
  });
  await Deno.mkdir(`${dirname(file)}/pki`);
  for (const name of ["ca", "cert", "key"]) {
    await Deno.writeTextFile(`${dirname(file)}/pki/${name}`, pem[name]!);
  }
  await comesThrough(home, file);
}

const token = () => kubectl("create", "token", NAME, "--namespace", NAME);

async function checkTokenFile(home: Home): Promise<void> {
  const file = await write(home.folder, (config) => config.users[0].user = { tokenFile: "secret/token" });
  await Deno.mkdir(`${dirname(file)}/secret`);
  const put = (text: string) => Deno.writeTextFile(`${dirname(file)}/secret/token`, text);
  await put("wrong\n");
  const cluster = await connectCluster({ kubeconfig: file });
  await assert.rejects(cluster.get({ apiVersion: "v1", kind: "Namespace", name: NAME }), /Unauthorized/);
  await put(`${await token()}\n`);
  await works(cluster);
  await comesThrough(home, file);
}

async function checkPlugin(home: Home): Promise<void> {
  const file = await write(home.folder, (config) =>
    config.users[0].user = {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "./plugins/login",
        args: ["TOKEN"],
        env: [{ name: "TOKEN_FOLDER", value: home.folder }],
        interactiveMode: "IfAvailable",
        provideClusterInfo: true,
      },
    });
  await Deno.mkdir(`${dirname(file)}/plugins`);
  await Deno.writeTextFile(`${home.folder}/TOKEN`, await token());
  const script = `#!/bin/sh
case $KUBERNETES_EXEC_INFO in
  *'"kind":"ExecCredential"'*'"server":"https://'*) ;;
  *) echo "no cluster: $KUBERNETES_EXEC_INFO" >&2; exit 1 ;;
esac
echo asked >>"$TOKEN_FOLDER/asked"
cat <<JSON
{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
 "status": {"token": "$(cat "$TOKEN_FOLDER/$1")", "expirationTimestamp": "2999-01-01T00:00:00Z"}}
JSON
`;
  await Deno.writeTextFile(`${dirname(file)}/plugins/login`, script, { mode: 0o755 });
  await comesThrough(home, file);
  // Once by kubectl, once for all that Gefyra asked.
  assert.equal((await Deno.readTextFile(`${home.folder}/asked`)).trim().split("\n").length, 2);
}

async function checkProxy(
  home: Home,
  through: { url: string; asked: string[] },
  more: object,
): Promise<void> {
  const file = await write(
    home.folder,
    (config) => Object.assign(config.clusters[0].cluster, { "proxy-url": through.url, ...more }),
  );
  const asked = await run(home, ["get", "namespace", NAME, "--output", "name"], { KUBECONFIG: file });
  assert.equal(asked.stdout, `namespace/${NAME}`, asked.stderr);
  const byKubectl = through.asked.length;
  assert.ok(byKubectl > 0);
  const cluster = await connectCluster({ kubeconfig: file });
  await cluster.version();
  const byRequest = through.asked.length;
  assert.ok(byRequest > byKubectl, "the request went around the proxy");
  // Requests share the connection that is there; a command in a pod has its own.
  await execWorks(cluster);
  const byExec = through.asked.length;
  assert.ok(byExec > byRequest, "an exec went around the proxy");
  // With no connection there yet.
  await watchWorks(await connectCluster({ kubeconfig: file }));
  assert.ok(through.asked.length > byExec, "a watch went around the proxy");
  // The program as users have it is one file, without what it never asks for.
  const before = through.asked.length;
  const { stdout, stderr } = await tryGefyra(["doctor", "--kubeconfig", file, "-o", "json"]);
  const { findings } = JSON.parse(stdout || stderr);
  assert.equal(findings.find(({ check }: Json) => check === "cluster").verdict, "ok", stdout);
  assert.ok(through.asked.length > before);
}
