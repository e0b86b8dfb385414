/** A person at a terminal is asked for what a command line lacks; a script gets the error. Needs Docker and no cluster. */
import assert from "node:assert/strict";
import { CONNECTION_LABEL, ROLE_LABEL } from "../../lib/names.ts";
import { sandbox } from "../docker.ts";
import { keys, typeInto } from "../terminal.ts";

const program = new URL("../../main.ts", import.meta.url).pathname;
const command = (words: string[]) => [Deno.execPath(), "run", "--quiet", "--allow-all", program, ...words];

Deno.test("what is missing is asked for", async (t) => {
  await using box = sandbox();
  const connections = ["one", "two"].map((name) => `${name}-${box.name.slice(-8)}`);
  const [one = "", two = ""] = connections;
  const labels = (connection: string, role: string) => [
    ...["--label", `${CONNECTION_LABEL}=${connection}`, "--label", `${ROLE_LABEL}=${role}`],
  ];
  const say = (text: string) => ["sh", "-c", `echo ${text}; sleep 300`];
  const image = "debian:trixie-slim";
  for (const name of connections) await box.network(name, labels(name, "network"));
  const [api, web] = await Promise.all([
    box.run("api", labels(one, "app"), image, say("it is api")),
    box.run("web", labels(one, "app"), image, say("it is web")),
    box.run("other", labels(two, "app"), image, say("it is other")),
  ]);
  const kubeconfig = { KUBECONFIG: "/nonexistent" };
  const ask = (words: string[], steps: [string, string][], env: Record<string, string> = {}) =>
    typeInto(command(words), steps, { ...kubeconfig, GEFYRA_CONNECTION: one, ...env });

  await t.step("an app, of those of the connection", async () => {
    const first = await ask(["logs"], [["App", keys.enter]]);
    assert.equal(first.code, 0, first.stdout);
    assert.match(first.stdout, /it is api/);
    assert.ok(first.stdout.includes(web) && !first.stdout.includes("other"), first.stdout);
    const second = await ask(["logs", "--tail", "1"], [["App", keys.down + keys.enter]]);
    assert.equal(second.code, 0, second.stdout);
    assert.match(second.stdout, /it is web/);
  });

  await t.step("a connection, where nothing says which; and then the app", async () => {
    // Others may have connections on this machine, too.
    const args = command(["list", "--connections", "-q"]).slice(1);
    const { stdout: names } = await new Deno.Command(Deno.execPath(), { args }).output();
    const place = new TextDecoder().decode(names).trim().split("\n").indexOf(two);
    const steps: [string, string][] = [["Connection", keys.down.repeat(place) + keys.enter], [
      "App",
      keys.enter,
    ]];
    const { code, stdout } = await ask(["logs"], steps, { GEFYRA_CONNECTION: "" });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /it is other/);
  });

  await t.step("Esc and Ctrl-C end with 130, and nothing is changed", async () => {
    for (const key of [keys.escape, keys.interrupt]) {
      const { code, stdout } = await ask(["stop"], [["App", key]]);
      assert.equal(code, 130, stdout);
      assert.doesNotMatch(stdout, /Error|missing required/);
    }
    assert.match((await ask(["logs", api], [])).stdout, /it is api/);
  });

  await t.step("who is not asked gets the error", async () => {
    const missing = /error: missing required argument 'name'/;
    const table: [string[], Record<string, string>][] = [
      [["logs"], { CI: "true" }],
      [["logs"], { TERM: "dumb" }],
      [["logs", "-q"], {}],
      [["logs"], { GEFYRA_CONNECTION: "nonexistent" }],
      [["logs"], { DOCKER_HOST: "unix:///nonexistent/docker.sock" }],
    ];
    for (const [words, env] of table) {
      const { code, stdout } = await ask(words, [], env);
      assert.equal(code, 2, stdout);
      assert.match(stdout, missing);
    }
    const piped = await new Deno.Command("sh", {
      args: ["-c", `${command(["logs"]).map((word) => `'${word}'`).join(" ")} 2>&1 </dev/null | cat`],
      env: kubeconfig,
    }).output();
    assert.match(new TextDecoder().decode(piped.stdout), missing);
  });
});
