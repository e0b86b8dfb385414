/** The real program with real files and variables. No Docker and no cluster can be reached. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { exitCodes } from "../lib/errors.ts";

interface Files {
  user?: string;
  project?: string;
}

async function gefyra(files: Files, env: Record<string, string>, ...args: string[]) {
  const home = await Deno.makeTempDir();
  try {
    const folder = join(home, "project", "src");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.mkdir(join(home, "project", ".git"));
    await Deno.mkdir(join(home, ".config", "gefyra"), { recursive: true });
    if (files.user) await Deno.writeTextFile(join(home, ".config", "gefyra", "config.yaml"), files.user);
    if (files.project) await Deno.writeTextFile(join(home, "project", "gefyra.yaml"), files.project);
    const config = new URL("../deno.json", import.meta.url).pathname;
    const main = new URL("../main.ts", import.meta.url).pathname;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", "--config", config, main, ...args],
      cwd: folder,
      clearEnv: true,
      env: {
        HOME: home,
        PATH: Deno.env.get("PATH") ?? "",
        DENO_DIR: Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno"),
        DOCKER_HOST: "unix:///nonexistent/docker.sock",
        ...env,
      },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(home, "HOME");
    return { code, stdout: text(stdout), stderr: text(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** The images that `up` would install. */
async function imagesOf(files: Files, env: Record<string, string>, ...args: string[]): Promise<string[]> {
  const { stdout, stderr } = await gefyra(files, env, "up", "--dry-run", ...args);
  assert.equal(stderr, "");
  return [
    ...new Set(
      [...stdout.matchAll(/image: "?([^\s"]*)\/(?:operator|stowaway)(:[^\s"]*)/g)].map(([, a, b]) =>
        `${a}${b}`
      ),
    ),
  ];
}

const user = "defaults: { registry: of.user/team, tag: '1' }";

Deno.test("an option's default comes from the environment, else from the user's file", async () => {
  assert.deepEqual(await imagesOf({ user }, {}), ["of.user/team:1"]);
  assert.deepEqual(await imagesOf({ user }, { GEFYRA_TAG: "2" }), ["of.user/team:2"]);
  assert.deepEqual(await imagesOf({ user }, { GEFYRA_TAG: "2" }, "--tag", "3"), ["of.user/team:3"]);
});

Deno.test("config view shows every setting and where it comes from", async () => {
  const project = "defaults: { connection: team, context: staging }";
  const mine = "defaults: { connection: mine, namespace: own }";
  const env = { GEFYRA_CONTEXT: "other" };
  const { code, stdout } = await gefyra({ user: mine, project }, env, "config", "view");
  assert.equal(code, exitCodes.ok);
  const rows = stdout.split("\n").map((line) => line.split(/ {2,}/).join("|"));
  assert.deepEqual(rows.slice(0, 5), [
    "SETTING|VALUE|SOURCE|FROM",
    "connection|team|project|HOME/project/gefyra.yaml",
    "context|other|environment|GEFYRA_CONTEXT",
    "kubeconfig|-|default",
    "namespace|own|user|HOME/.config/gefyra/config.yaml",
  ]);
  const json = JSON.parse((await gefyra({ project }, env, "config", "view", "-o", "json")).stdout);
  assert.deepEqual(json.files, { project: "HOME/project/gefyra.yaml" });
  assert.deepEqual(json.settings[0], {
    name: "connection",
    value: "team",
    source: "project",
    from: "HOME/project/gefyra.yaml",
  });
});

Deno.test("a bad file, and a bad value, are one error that names file, key and remedy", async () => {
  const bad = { project: "defaults: { conection: team }" };
  const { code, stdout, stderr } = await gefyra(bad, {}, "list", "-o", "json");
  assert.deepEqual([code, stdout], [exitCodes.usage, ""]);
  const { error } = JSON.parse(stderr);
  assert.equal(error.id, "config-invalid");
  assert.equal(error.message, "Cannot use HOME/project/gefyra.yaml: defaults.conection is unknown");
  assert.match(error.hint, /gefyra config schema/);
  // Commands without defaults do not read it.
  assert.equal((await gefyra(bad, {}, "version")).code, exitCodes.ok);
  const value = await gefyra({}, { GEFYRA_EGRESS: "nowhere" }, "up", "--dry-run");
  assert.equal(value.code, exitCodes.usage);
  assert.match(
    value.stderr,
    /Cannot use --egress "nowhere" of GEFYRA_EGRESS: Allowed choices are cluster, local/,
  );
});

Deno.test("a project is checked as a whole before anything is changed, and every problem has its place", async () => {
  const project = `
connection: { endpoint: nowhere }
apps: { api: { image: x, cpus: lots }, b: { env: { A: 1 } } }
bridges: { z: { app: api, target: sofa/x, port: [80] } }
`;
  const { code, stdout, stderr } = await gefyra({ project }, {}, "apply", "-o", "json");
  assert.deepEqual([code, stdout], [exitCodes.usage, ""]);
  const { error } = JSON.parse(stderr);
  assert.equal(error.id, "config-invalid");
  for (const place of ["connection", "apps.api", "apps.b", "bridges.z"]) {
    assert.match(error.message, new RegExp(`(: |; )${place}: `), place);
  }
  const missing = await gefyra({}, {}, "apply");
  assert.deepEqual([missing.code, missing.stdout], [exitCodes.notFound, ""]);
  assert.match(missing.stderr, /there is no gefyra\.yaml here or above/);
});
