/** The environment of a container in the cluster reaches this machine: as it is, with one's own rights, and nothing else does. */
import assert from "node:assert/strict";
import { imageOf } from "../../../lib/images.ts";
import { docker } from "../../docker.ts";
import { asAccount } from "../harness/access.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import type { Manifest } from "../harness/kube.ts";
import { named } from "../harness/names.ts";
import { ordered } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { toolsContainer } from "../harness/workloads.ts";

const SECRET = `it's "quoted" $HOME \\ secret=1 \u00e4\u20ac`;
const LINES = "first\n  second\n";
const container = {
  envFrom: [{ configMapRef: { name: "settings" } }],
  env: [
    { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } },
    { name: "LINES_OF_TEXT", value: LINES },
    { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    { name: "URL", value: "http://$(COLOR).example" },
    { name: "EMPTY", value: "" },
  ],
};
const pod = (name: string, extra: Record<string, unknown>, spec: Record<string, unknown> = {}): Manifest => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [{ ...toolsContainer, ...container, ...extra }],
    ...spec,
  },
});
/** A program that exports something, and ends as another program. */
const exporting = ["sh", "-c", "export EXPORTED=by-the-entrypoint; exec sleep 1d"];
const role = (name: string, rules: Record<string, unknown>[]): Manifest[] => {
  const subject = { kind: "ServiceAccount", name };
  const of = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name }, rules },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name },
      subjects: [subject],
      roleRef: of,
    },
  ];
};
const reads = (...resources: string[]) => ({ apiGroups: [""], resources, verbs: ["get", "list"] });

Deno.test("the environment of a container in the cluster", async (t) => {
  await using place = await testEnv("env");
  const step = ordered(t);
  const n = ["-n", place.namespace];
  await place.applyUnasked([
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { COLOR: "blue" } },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "login" },
      stringData: { password: SECRET },
    },
    ...role("looks", [reads("pods", "configmaps", "services")]),
  ]);
  await place.applyUnasked([
    pod("exporting", { command: exporting }),
    pod("title", { image: "hello-nginx:latest", name: "nginx" }),
    pod("restricted", {
      command: exporting,
      securityContext: { runAsUser: 1234, runAsNonRoot: true, capabilities: { drop: ["ALL"] } },
    }),
    pod("shared", { command: exporting }, { shareProcessNamespace: true }),
    pod("bare", { image: imageOf("pause"), name: "bare" }),
  ]);
  await gefyra("up");
  const json = async (target: string, ...options: string[]) => {
    const { stdout, stderr } = await gefyra("env", target, ...n, "-o", "json", ...options);
    return { variables: JSON.parse(stdout), stderr };
  };
  const given = {
    COLOR: "blue",
    PASSWORD: SECRET,
    LINES_OF_TEXT: LINES,
    URL: "http://blue.example",
    EMPTY: "",
  };
  const assertGiven = (variables: Record<string, string>) => {
    for (const [name, value] of Object.entries(given)) assert.equal(variables[name], value, name);
    assert.match(variables.NODE ?? "", /^gefyra-/);
    assert.match(variables.KUBERNETES_SERVICE_HOST ?? "", /^\d/);
    for (const name of ["PATH", "HOME", "HOSTNAME"]) assert.ok(!(name in variables), name);
  };

  await step("it is that of process 1, with what the entrypoint exported", async () => {
    for (const target of ["pod/exporting", "pod/restricted/tools"]) {
      const { variables, stderr } = await json(target);
      assertGiven(variables);
      assert.equal(variables.EXPORTED, "by-the-entrypoint");
      assert.equal(stderr, "");
    }
  });

  await step(
    "a process that writes its title over it, or that is another container's, is not believed",
    async () => {
      const title = await json("pod/title");
      assertGiven(title.variables);
      assert.match(title.stderr, /process 1 does not show its environment/);
      const shared = await json("pod/shared");
      assertGiven(shared.variables);
      assert.ok(!("EXPORTED" in shared.variables));
      assert.match(shared.stderr, /process 1 is not the container's own/);
    },
  );

  await step("without a program in the image it is read from the API objects", async () => {
    const { variables, stderr } = await json("pod/bare");
    assertGiven(variables);
    assert.match(stderr, /read from API objects.*has no program that can read/);
  });

  await step(
    "a user without pods/exec and without Secrets gets the rest, and reads what is missing",
    async () => {
      const kubeconfig = await asAccount("as-looks", "looks", place.namespace);
      const { variables, stderr } = await json("pod/exporting", "--kubeconfig", kubeconfig);
      assert.deepEqual([variables.COLOR, variables.URL], ["blue", "http://blue.example"]);
      assert.ok(!("PASSWORD" in variables) && !("EXPORTED" in variables));
      assert.match(stderr, /no right to get pods\/exec in namespace "e2e-env"/);
      assert.match(stderr, /PASSWORD: no right to get secrets in namespace "e2e-env"/);
      assert.match(stderr, /KUBERNETES_\* is unknown/);
      const silent = await json("pod/exporting", "--kubeconfig", kubeconfig, "--quiet");
      assert.equal(silent.stderr, "");
    },
  );

  await step(
    "a shell evaluates it, and docker's env files carry all but values of several lines",
    async () => {
      const { stdout: script } = await gefyra("env", "pod/exporting", ...n, "-o", "shell");
      const evaluated = await new Deno.Command("sh", {
        args: ["-c", 'eval "$1"; printf %s "$PASSWORD$LINES_OF_TEXT"', "sh", script],
      }).output();
      assert.equal(new TextDecoder().decode(evaluated.stdout), SECRET + LINES);
      const { stdout, stderr } = await gefyra("env", "pod/exporting", ...n);
      assert.match(stderr, /dotenv cannot express it: LINES_OF_TEXT: its value has several lines/);
      const file = `${place.folder}/api.env`;
      await Deno.writeTextFile(file, `${stdout}\n`);
      const printed = ["pyserver", "printenv", "PASSWORD"];
      assert.equal(
        await docker(["run", "--rm", "--network", "none", "--env-file", file, ...printed]),
        SECRET,
      );
    },
  );

  await step("run --env-from starts a container with it; --env-file and --env come before it", async () => {
    const file = `${place.folder}/own.env`;
    await Deno.writeTextFile(file, "COLOR=green\nURL=file\n");
    const print = 'printf "%s|" "$PASSWORD" "$LINES_OF_TEXT" "$COLOR" "$URL" "$EXPORTED"; echo "$HOSTNAME"';
    const { code, stdout, stderr } = await tryGefyra([
      ...["run", "-i", "pyserver", "-N", named("app"), ...n, "--rm", "--verbose"],
      ...["--env-from", "pod/exporting", "--env-file", file, "-e", "URL=own", "--", "sh", "-c", print],
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${SECRET}|${LINES}|green|own|by-the-entrypoint|${named("app")}`);
    assert.ok(!stderr.includes("quoted"), "no value is printed");
  });

  await step("its values are in the app container's own environment and nowhere else", async () => {
    await gefyra("run", "-i", "pyserver", "-N", named("kept"), ...n, "-d", "--env-from", "pod/exporting");
    const all = (await docker(["ps", "--all", "--quiet", "--no-trunc"])).split("\n");
    // Containers of other tests come and go.
    const inspected = await Promise.all(all.map((id) => docker(["inspect", id]).catch(() => "[]")));
    const holders = inspected.flatMap((text) => JSON.parse(text)).filter((one) =>
      JSON.stringify(one).includes("secret=1")
    );
    assert.deepEqual(holders.map(({ Name }) => Name), [`/${named("kept")}`]);
    delete holders[0].Config.Env;
    assert.ok(!JSON.stringify(holders[0]).includes("secret=1"));
    const archive = `${place.folder}/bundle.tar.gz`;
    await gefyra("support-bundle", "--file", archive);
    const unpacked = await new Deno.Command("tar", { args: ["-xzOf", archive] }).output();
    const text = new TextDecoder().decode(unpacked.stdout);
    assert.ok(text.includes("PASSWORD") && !text.includes("secret=1"));
  });

  await step("what is not there is one error, before anything is created", async () => {
    const table: [string[], RegExp][] = [
      [["env", "pod/none", ...n], /Cannot use "pod\/none"/],
      [["env", "sofa/none", ...n], /"sofa" is not a kind/],
      [["env", "pod/exporting/none", ...n], /no container "none"/],
      [
        ["run", "-i", "pyserver", "-N", named("none"), ...n, "--env-file", "/none/file"],
        /Cannot read "\/none\/file"/,
      ],
    ];
    for (const [args, says] of table) {
      const { code, stderr } = await tryGefyra(args);
      assert.ok([2, 3].includes(code), stderr);
      assert.match(stderr, says);
    }
  });
});
