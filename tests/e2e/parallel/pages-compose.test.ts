/** Files and commands of docs/compose.md and docs/attach.md, run as they stand there. */
import assert from "node:assert/strict";
import { blocksOf, sectionOf } from "../../../scripts/pages.ts";
import { eventually } from "../../docker.ts";
import { composeProject } from "../harness/compose.ts";
import { gefyra } from "../harness/gefyra.ts";
import { commandsOf } from "../harness/page.ts";
import { ordered } from "../harness/steps.ts";
import { root } from "../harness/suite.ts";
import { testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

const LOCAL = "hello from my machine", ORIGINAL = /^hello from nginx on /;
const SERVICES = "Services with x-gefyra";

Deno.test("what the pages about Compose and attached containers show works as it stands there", async (t) => {
  await using place = await testEnv("pages-compose");
  const step = ordered(t);
  const folderOf = async (name: string) => {
    const folder = `${place.folder}/${name}`;
    await Deno.mkdir(`${folder}/src`, { recursive: true });
    await Deno.writeTextFile(`${folder}/src/index.html`, LOCAL);
    return folder;
  };
  const [shop, mine] = await Promise.all([folderOf("shop"), folderOf("mine")]);
  await using services = await composeProject("shop", shop);
  await using plain = await composeProject("mine", mine);
  await Promise.all([place.apply([tools(), ...workload("api"), ...workload("web")]), gefyra("up")]);
  const commands = (page: string, section: string | undefined, folder: string, project: typeof plain) =>
    commandsOf(page, section, {
      folder,
      names: [
        [/ -n shop /g, ` -n ${place.namespace} `],
        [/ -n shop$/g, ` -n ${place.namespace}`],
        [/\bmy-project-web-1\b/g, project.container("web")],
      ],
      env: { ...project.env, COMPOSE_PROJECT_NAME: project.name },
    });
  const ask = (url: string, user = "bob") => place.ask(url, "--header", `x-user: ${user}`);

  await step("a service with x-gefyra", async () => {
    const page = await Deno.readTextFile(`${root}docs/compose.md`);
    const [file = ""] = blocksOf(sectionOf(page, SERVICES), "yaml");
    const names: [string, string][] = [
      ["build: .", "image: pyserver"],
      ["npm run dev", "python3 -u -m http.server 80 --directory /app/src"],
      ["namespace: shop", `namespace: ${place.namespace}`],
      ["image: redis", "image: pyserver"],
    ];
    for (const [example] of names) assert.ok(file.includes(example), example);
    const own = names.reduce((text, [example, name]) => text.replace(example, name), file);
    await Deno.writeTextFile(`${shop}/compose.yaml`, own);
    const [up, down, ...rest] = await commands("docs/compose.md", SERVICES, shop, services);
    assert.deepEqual(rest, []);
    await up!.run();
    await eventually(async () => assert.equal(await ask("http://api", "alice"), LOCAL));
    assert.match(await ask("http://api"), ORIGINAL);
    await down!.run();
    assert.match(await ask("http://api", "alice"), ORIGINAL);
    assert.deepEqual(await services.containers(), []);
  });

  await step("a container that Compose alone has started", async () => {
    const service = "image: pyserver\n    init: true\n    working_dir: /src\n    volumes: [./src:/src]";
    await Deno.writeTextFile(`${mine}/compose.yaml`, `services:\n  web:\n    ${service}\n`);
    const [start, attach, bridge, detach, ...rest] = await commands("docs/attach.md", undefined, mine, plain);
    assert.deepEqual(rest, []);
    for (const { run } of [start!, attach!, bridge!]) await run();
    await eventually(async () => assert.equal(await ask("http://web"), LOCAL));
    await detach!.run();
    assert.match(await ask("http://web"), ORIGINAL);
    assert.equal((await plain.containers()).length, 1);
  });
});
