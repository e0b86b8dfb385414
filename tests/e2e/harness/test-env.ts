/** What one test works in: a namespace, a folder, and what takes everything away again, also after a failure. */
import { CLIENT_LABEL, CONNECTION_LABEL, NAMESPACE, ROLE_LABEL } from "../../../lib/names.ts";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { gefyra, type Output, tryGefyra } from "./gefyra.ts";
import { crashes } from "./crashes.ts";
import { CONNECTION } from "./names.ts";
import { allReady, apply, drop, type Json, kube, type Manifest, podsOf, remove } from "./kube.ts";
import { prepare } from "./prepare.ts";
import { TEST_LABEL } from "./suite.ts";

export interface TestEnv extends AsyncDisposable {
  namespace: string;
  /** A folder on this machine, made for the test. */
  folder: string;
  /** Puts objects into the namespace, the pod `tools` among the first, and waits until they answer. */
  apply(manifests: Manifest[]): Promise<void>;
  /** The same without asking: what speaks no HTTP on port 80 would not answer. */
  applyUnasked(manifests: Manifest[]): Promise<void>;
  /** `curl` in the pod `tools`. */
  ask(url: string, ...options: string[]): Promise<string>;
  /** So many answers, one after the other, each over a connection of its own. */
  askOften(url: string, times: number): Promise<string[]>;
  /** A command in the pod `tools`. */
  inPod(...command: string[]): Promise<Output>;
  /** `gefyra run` of a pyserver that answers with a text of its own. */
  run(name: string, text: string, ...options: string[]): Promise<void>;
  /** `gefyra bridge` of a deployment's port 80 to port 8000 of a pyserver; the bridge gets the deployment's name. */
  bridge(app: string, deployment: string, ...options: string[]): Promise<Output>;
  /** Changes what a pyserver answers with. */
  write(name: string, text: string): Promise<void>;
  pods(name: string): ReturnType<typeof podsOf>;
}

/** `namespace`: one that is there already, instead of one of the test's own. */
export async function testEnv(
  name: string,
  { namespace = `e2e-${name}` }: { namespace?: string } = {},
): Promise<TestEnv> {
  await prepare();
  const own = namespace === `e2e-${name}`;
  if (own) await kube.createNamespace(namespace, { [TEST_LABEL]: name });
  const folder = await Deno.makeTempDir({ prefix: "gefyra-e2e-" });
  const applied: Manifest[] = [];
  const tools = { namespace, pod: "tools", container: "tools" };
  const inPod = (...command: string[]) =>
    kube.exec(tools, command).catch((error) => ({ code: 1, stdout: "", stderr: String(error) }));
  const ask: TestEnv["ask"] = async (url, ...options) => {
    const curl = ["curl", "--silent", "--show-error", "--fail", "--max-time", "4", ...options, url];
    const { code, stdout, stderr } = await kube.exec(tools, curl);
    if (code !== 0) throw new Error(`${curl.join(" ")}: ${code}\n${stderr}`);
    return stdout;
  };
  const applyUnasked = async (manifests: Manifest[]) => {
    for (const { metadata } of manifests) metadata.labels = { ...metadata.labels, [TEST_LABEL]: name };
    applied.push(...manifests);
    await apply(namespace, manifests);
    await allReady(namespace, manifests);
  };
  const write = async (app: string, text: string) => {
    await Deno.mkdir(`${folder}/${app}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${app}/index.html`, text);
  };
  return {
    namespace,
    folder,
    inPod,
    write,
    applyUnasked,
    apply: async (manifests) => {
      await applyUnasked(manifests);
      // kube-proxy learns of a service a moment after its pods are ready.
      const services = manifests.filter(({ kind }) => kind === "Service");
      const asked = services.map(({ metadata, spec }) => `http://${metadata.name}:${spec.ports[0].port}`);
      await Promise.all(asked.map((url) => eventually(() => ask(url), 30_000)));
    },
    ask,
    askOften: async (url, times) => {
      const loop =
        `for i in $(seq ${times}); do curl --silent --show-error --fail --max-time 4 ${url}; echo; done`;
      const { stdout, stderr } = await inPod("sh", "-c", loop);
      const answers = stdout.split("\n").filter(Boolean);
      if (answers.length !== times) throw new Error(`${answers.length} of ${times} answers: ${stderr}`);
      return answers;
    },
    run: async (app, text, ...options) => {
      await write(app, text);
      await gefyra(...runArgs({ namespace, folder }, app), ...options);
    },
    bridge: (app, deployment, ...options) => gefyra(...bridgeArgs(namespace, app, deployment), ...options),
    pods: (app) => podsOf(namespace, app),
    [Symbol.asyncDispose]: async () => {
      for (const text of await crashes(namespace, await containersOf("app"))) console.error(`# ${text}`);
      const { code, stderr } = await tryGefyra(["down"]);
      if (code !== 0) console.error(`# gefyra down: ${stderr}`);
      // Nobody waits for it but those who look at everything.
      if (own) await drop("Namespace", namespace);
      else await remove(namespace, applied);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A pyserver in the background, with the folder that `write` fills. */
export function runArgs({ namespace, folder }: Pick<TestEnv, "namespace" | "folder">, app: string): string[] {
  return ["run", "-i", "pyserver", "-N", app, "-n", namespace, "-d", "-v", `${folder}/${app}:/src`];
}

export function bridgeArgs(namespace: string, app: string, deployment: string): string[] {
  const target = ["-n", namespace, "--target", `deployment/${deployment}`];
  return ["bridge", "-N", app, ...target, "--port", "80:8000", "-I", deployment];
}

const OURS = `label=${CONNECTION_LABEL}=${CONNECTION}`;

/** The ids of the connection's Docker networks. */
export async function networks(): Promise<string[]> {
  return (await docker(["network", "ls", "--quiet", "--filter", OURS])).split("\n").filter(Boolean);
}

/** The connection's containers with a role. */
export async function containersOf(role: "cargo" | "relay" | "app"): Promise<string[]> {
  const filters = [OURS, `label=${ROLE_LABEL}=${role}`];
  const names = await docker([
    "ps",
    "--all",
    "--format",
    "{{.Names}}",
    ...filters.flatMap((f) => ["--filter", f]),
  ]);
  return names.split("\n").filter(Boolean);
}

/** A command in an app container; any outcome. */
export function inApp(name: string, ...command: string[]): Promise<Output> {
  return tryDocker(["exec", name, ...command]);
}

/** The client of a connection, by default of the file's own. */
export async function clientOf(connection = CONNECTION, { get } = kube): Promise<Json> {
  const filter = `label=${CONNECTION_LABEL}=${connection}`, format = `{{.Label "${CLIENT_LABEL}"}}`;
  const [name = ""] = (await docker(["network", "ls", "--filter", filter, "--format", format])).split("\n");
  return await get("GefyraClient", name, NAMESPACE);
}

/** The machine vanishes: the operator is left alone with what is there. */
export async function vanish(): Promise<void> {
  await docker(["rm", "--force", ...await containersOf("cargo")]);
}
