/** Commands and files of docs/users.md, docs/config.md and docs/like.md, run as they stand there. */
import assert from "node:assert/strict";
import { blocksOf, sectionOf } from "../../../scripts/pages.ts";
import { eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { clientOf, containersOf, type TestEnv, testEnv } from "../harness/test-env.ts";
import { kubectl } from "../harness/kube.ts";
import { CONTEXT, named } from "../harness/names.ts";
import { commandsOf } from "../harness/page.ts";
import { ordered } from "../harness/steps.ts";
import { root } from "../harness/suite.ts";
import { tools, workload } from "../harness/workloads.ts";

const LOCAL = "hello from my machine", ORIGINAL = /^hello from nginx on api-/;
const app = named("api");

const inPage = (place: TestEnv, page: string, section: string) =>
  commandsOf(page, section, {
    folder: place.folder,
    names: [[/ -N api /g, ` -N ${app} `], [/ -n shop /g, ` -n ${place.namespace} `]],
  });

Deno.test("what the pages about users, configuration and environments show works as it stands there", async (t) => {
  await using place = await testEnv("pages");
  const step = ordered(t);
  await place.apply([tools(), ...workload("api")]);
  const answers = async (user: string, expected: RegExp | string) => {
    const text = await place.ask("http://api", "--header", `x-user: ${user}`);
    if (typeof expected === "string") assert.equal(text, expected);
    else assert.match(text, expected);
  };

  await step("gefyra.yaml: apply brings up what it names", async () => {
    const section = sectionOf(
      await Deno.readTextFile(`${root}docs/config.md`),
      "A project's connection, apps and bridges",
    );
    const [file = ""] = blocksOf(section, "yaml");
    const names: [string, string][] = [
      ["context: staging", `context: ${CONTEXT}`],
      ["namespace: shop", `namespace: ${place.namespace}`],
      ["  api:\n", `  ${app}:\n`],
      ["app: api\n", `app: ${app}\n`],
      ["image: api:dev", "image: pyserver"],
      ["[npm, run, dev]", "[python3, -m, http.server, '8000']"],
    ];
    for (const [example] of names) assert.ok(file.includes(example), example);
    await Deno.writeTextFile(
      `${place.folder}/gefyra.yaml`,
      names.reduce((text, [example, own]) => text.replace(example, own), file),
    );
    await place.write("src", LOCAL);
    const [apply, ...rest] = await inPage(
      place,
      "docs/config.md",
      "A project's connection, apps and bridges",
    );
    assert.match(apply!.command, /^gefyra apply/);
    await apply!.run();
    await eventually(() => answers("alice", LOCAL));
    await answers("bob", ORIGINAL);
    assert.equal(await env("LOG_LEVEL"), "debug");
    assert.match(rest[0]!.command, /^gefyra delete/);
    await rest[0]!.run();
    await answers("alice", ORIGINAL);
    assert.deepEqual(await containersOf("cargo"), []);
  });
  await Deno.remove(`${place.folder}/gefyra.yaml`);

  await gefyra("up");
  await step("the environment of a container, and the docker run of a local one like it", async () => {
    const environment = await inPage(place, "docs/like.md", "Environment");
    // An app in the foreground does not end by itself.
    const [json, shell] = environment.filter(({ command }) => !command.startsWith("gefyra run"));
    assert.equal(JSON.parse(await json!.run()).KUBERNETES_SERVICE_PORT, "443");
    await shell!.run();
    const dryRun = (await inPage(place, "docs/like.md", "Everything else")).find(({ command }) =>
      command.endsWith("--dry-run")
    );
    assert.match(await dryRun!.run(), /^docker run [^]*hello-nginx/);
  });

  await place.run(app, LOCAL);
  await step("two bridges share a workload by their rules, and everybody sees whose they are", async () => {
    const [alice, bob, owners, ...rest] = await inPage(place, "docs/users.md", "Share a workload");
    assert.deepEqual(rest, []);
    await alice!.run();
    await bob!.run();
    for (const user of ["alice", "bob"]) await eventually(() => answers(user, LOCAL));
    await answers("carol", ORIGINAL);
    assert.match(await owners!.run(), /^alice +\S+\nbob +\S+$/m);
  });

  await step("a client lets others in, and nobody any more", async () => {
    const [letIn, nobody] = await inPage(place, "docs/users.md", "Bridge to somebody else's machine");
    const allowed = async () => {
      const { spec: { allowedUsers = [], allowedGroups = [] } } = await clientOf();
      return [allowedUsers, allowedGroups];
    };
    await letIn!.run();
    assert.deepEqual(await allowed(), [["system:serviceaccount:shop:ci"], ["team-shop"]]);
    await nobody!.run();
    assert.deepEqual(await allowed(), [[], []]);
  });

  await step("a quota limits the objects of a namespace", async () => {
    const [quota] = await inPage(place, "docs/users.md", "Limits");
    await quota!.run();
    const used = ["get", "quota", "gefyra", "-n", place.namespace, "-o", "jsonpath={.status.used}"];
    await eventually(
      async () => assert.match(await kubectl(...used), /"count\/gefyrabridges.gefyra.dev":"2"/),
      20_000,
    );
  });

  async function env(name: string): Promise<string> {
    return (await gefyra("exec", app, "printenv", name)).stdout;
  }
});
