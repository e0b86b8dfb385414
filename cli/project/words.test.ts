import assert from "node:assert/strict";
import { parseConfig } from "../../lib/project/read.ts";
import { configSchema } from "../../lib/project/schema.ts";
import { sections, sectionSchemas } from "./sections.ts";
import { commandLine, type Values } from "./words.ts";

const schema = configSchema("project", sectionSchemas());
const parse = (text: string) =>
  parseConfig(text, "my.yaml", schema) as Record<string, Record<string, Values>>;

Deno.test("a section becomes the command line that says the same", () => {
  const text = `
apps:
  api:
    image: api:dev
    env: { A: b, N: 1, SHELL: null, FLAG: true }
    volume: ["./src:/src"]
    cpus: 1.5
    init: true
    privileged: false
    command: [npm, run, "-x"]
  other: { like: deployment/x, command: "sleep 1", env: [A=b, B] }
bridges:
  b: { app: api, target: svc/web, port: ["80:8000", 53], match: [path:/a, [header:x=1, method:GET]], fallback: true }
connection: { subnet: 10.1.0.0/24, host: 1.2.3.4, allow-user: [bob] }
`;
  const { apps, bridges, connection } = parse(text);
  assert.deepEqual(commandLine(sections.apps, apps!.api!, ["--name=api"]), [
    ...["--name=api", "--image=api:dev", "--volume=./src:/src", "--env=A=b", "--env=N=1", "--env=SHELL"],
    ...["--env=FLAG=true", "--cpus=1.5", "--init", "--", "npm", "run", "-x"],
  ]);
  assert.deepEqual(commandLine(sections.apps, apps!.other!), [
    ...["--command=sleep 1", "--env=A=b", "--env=B", "--like=deployment/x"],
  ]);
  assert.deepEqual(commandLine(sections.bridges, bridges!.b!), [
    ...["--match=path:/a", "--or", "--match=header:x=1", "--match=method:GET"],
    ...["--name=api", "--target=svc/web", "--port=80:8000", "--port=53", "--fallback"],
  ]);
  assert.deepEqual(commandLine(sections.connection, connection as Values), [
    ...["--host=1.2.3.4", "--subnet=10.1.0.0/24", "--allow-user=bob"],
  ]);
});

Deno.test("what belongs to one call, or decides which programs run in the cluster, is not in the file", () => {
  const text = `
apps: { a: { detach: true, name: x, image: 5, init: 1 } }
bridges: { b: { dry-run: true, mode: sideways } }
connection: { registry: evil, kubeconfig: k, nonsense: 1 }
`;
  assert.throws(() => parse(text), (error: Error) => {
    const problems = error.message.replace("Cannot use my.yaml: ", "").split("; ").sort();
    assert.deepEqual(problems, [
      "apps.a.detach is unknown",
      "apps.a.init must be boolean",
      "apps.a.name is unknown",
      "bridges.b must have required properties app, port",
      "bridges.b.dry-run is unknown",
      "bridges.b.mode must be one of beside, replace",
      "connection.kubeconfig is unknown",
      "connection.nonsense is unknown",
      "connection.registry is unknown",
    ]);
    return true;
  });
});
