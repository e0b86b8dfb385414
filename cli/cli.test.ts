import assert from "node:assert/strict";
import process from "node:process";
import { type Command, Help } from "@commander-js/extra-typings";
import { parseAllDocuments } from "yaml";
import { exitCodes } from "../lib/errors.ts";
import { manifests } from "../lib/config/manifests.ts";
import { defaultImages } from "../lib/images.ts";
import { NAMESPACE, VERSION } from "../lib/names.ts";
import { cli } from "./cli.ts";
import { allCommands, commandsFor } from "./commands.ts";

/** Runs a command line in this process and catches what it prints. */
async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const printed = { stdout: "", stderr: "" };
  const { log, error } = console;
  const out = process.stdout.write, err = process.stderr.write;
  console.log = (text: unknown) => void (printed.stdout += `${text}\n`);
  console.error = (text: unknown) => void (printed.stderr += `${text}\n`);
  process.stdout.write = (text: unknown) => Boolean(printed.stdout += text);
  process.stderr.write = (text: unknown) => Boolean(printed.stderr += text);
  try {
    return { code: await cli(args), ...printed };
  } finally {
    Object.assign(console, { log, error });
    process.stdout.write = out;
    process.stderr.write = err;
  }
}

/** Runs the real program, where no Docker and no cluster can be reached. */
async function spawn(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", new URL("../main.ts", import.meta.url).pathname, ...args],
    env: { DOCKER_HOST: "unix:///nonexistent/docker.sock", KUBECONFIG: "/nonexistent/config" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const all = await allCommands();
const leaves = all.flatMap((command) =>
  command.commands.length ? command.commands.map((sub) => [command.name(), sub.name()]) : [[command.name()]]
);
const groups = all.filter((command) => command.commands.length).map((command) => [command.name()]);
const everyCommand = [...leaves, ...groups];

Deno.test("without a command, the help is printed", async () => {
  const { code, stdout, stderr } = await run();
  assert.deepEqual([code, stderr], [exitCodes.ok, ""]);
  for (const [name = ""] of everyCommand) assert.match(stdout, new RegExp(`^  ${name}\\b`, "m"));
});

Deno.test("the list of commands names the arguments that each command has", async () => {
  const lines = (commands: Command[]) => commands.map((command) => new Help().subcommandTerm(command));
  // No word names a command, so none is loaded.
  assert.deepEqual(lines(await commandsFor([], () => {})), lines(all));
});

Deno.test("the help of every command says what it does and has an example that names it", async () => {
  for (const names of everyCommand) {
    const { code, stdout } = await run(...names, "--help");
    assert.equal(code, exitCodes.ok, names.join(" "));
    assert.match(stdout, new RegExp(`^Usage: gefyra ${names.join(" ")}\\b`));
    assert.match(
      stdout,
      new RegExp(`\\nExample:\\n(  .*\\n)*?  gefyra ${names.join(" ")}\\b`),
      names.join(" "),
    );
    for (const option of ["--help", "--verbose", "--quiet"]) assert.ok(stdout.includes(option), option);
  }
});

Deno.test("every example uses options that the command has", async () => {
  for (const names of leaves) {
    const { stdout } = await run(...names, "--help");
    const [help = "", examples = ""] = stdout.split("Example:");
    const own = examples.split("\n").map((line) => line.split(" -- ")[0]?.split("|")[0] ?? "");
    const used = own.flatMap((line) => line.match(/(?<=\s)--?[a-zA-Z][\w-]*/g) ?? []);
    for (const option of used) {
      assert.match(help, new RegExp(`^\\s+(-\\w, )?${option}\\b`, "m"), `${names.join(" ")}: ${option}`);
    }
  }
});

Deno.test("an invalid command line exits with 2, says why on stderr and leaves stdout empty", async () => {
  const table: [string[], RegExp][] = [
    [["nonsense"], /unknown command 'nonsense'/],
    [["lab", "nonsense"], /unknown command 'nonsense'/],
    [["up", "--nonsense"], /unknown option '--nonsense'/],
    [["up", "surplus"], /too many arguments/],
    [["up", "--port", "0"], /whole number from 1 to 65535/],
    [["version", "-o", "xml"], /Allowed choices are json, yaml/],
    [["run", "-N", "app"], /it needs --image or --like/],
    [["run", "-i", "app"], /it needs --name or --like/],
    [["run", "-i", "a", "-N", "app", "--bridge"], /--bridge needs --like/],
    [
      ["run", "--like", "deployment/a", "--bridge", "-d", "--port", "80", "--show-values"],
      /exclude.*; --show-values/,
    ],
    [["run", "--like", "sofa/a"], /Cannot run a container like "sofa\/a"/],
    [["run", "-i", "a", "-N", "app", "--memory", "12q", "--cpus", "x"], /--cpus "x".*; --memory "12q"/],
    [["bridge", "-N", "app", "--target", "sofa/web", "--port", "80"], /"sofa" is not a kind/],
    [["bridge", "-N", "app", "--target", "deployment/web"], /no port is given/],
    [
      ["bridge", "-N", "app", "--deployment", "web", "--target", "deployment/web", "-p", "80"],
      /both --target and/,
    ],
    [["unbridge"], /name one bridge, or all/],
  ];
  for (const [args, message] of table) {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, exitCodes.usage, args.join(" "));
    assert.equal(stdout, "", args.join(" "));
    assert.match(stderr, message);
  }
});

Deno.test("an error prints its hint on its own line", async () => {
  const { stderr } = await run("unbridge");
  assert.match(stderr, /^Error: Cannot unbridge: .*\n {2}→ use --name BRIDGE or --all/);
});

Deno.test("with -o json an error is one object on stderr", async () => {
  for (const output of [["-o", "json"], ["-ojson"], ["--output", "json"], ["--output=json"]]) {
    const { code, stdout, stderr } = await run("bridge", "-N", "app", "--port", "80", ...output);
    assert.deepEqual([code, stdout], [exitCodes.usage, ""]);
    assert.deepEqual(JSON.parse(stderr), {
      error: {
        id: "target-invalid",
        message: "Cannot bridge: no target is given",
        hint: "name one, e.g. --target deployment/my-app",
      },
    });
  }
});

Deno.test("with -o json an invalid command line is one object on stderr, too", async () => {
  const table: [string[], RegExp][] = [
    [["list", "--nonsense", "-o", "json"], /^unknown option '--nonsense'/],
    [["bridge", "-o", "json"], /^required option '-N, --name <name>' not specified/],
    [["list", "-o", "json", "surplus"], /^too many arguments/],
    [["up", "--port", "0", "--output=json"], /whole number from 1 to 65535/],
    [["nonsense", "-ojson"], /^unknown command 'nonsense'/],
  ];
  for (const [args, message] of table) {
    const { code, stdout, stderr } = await run(...args);
    assert.deepEqual([code, stdout], [exitCodes.usage, ""], args.join(" "));
    const { error } = JSON.parse(stderr);
    assert.deepEqual([error.id, error.hint], ["usage", "add --help for the options"]);
    assert.match(error.message, message);
  }
});

Deno.test("the version is printed in every format", async () => {
  assert.equal((await run("--version")).stdout, `${VERSION}\n`);
  assert.equal((await run("version")).stdout, `gefyra ${VERSION}\n`);
  assert.equal(JSON.parse((await run("version", "-o", "json")).stdout).gefyra, VERSION);
});

Deno.test("a template prints as kubectl prints it; one that is wrong is refused before anything is done", async () => {
  const template = (text: string) => spawn("version", "-o", `jsonpath=${text}`);
  assert.equal(
    (await template("{.gefyra} on {.platform}")).stdout,
    `${VERSION} on ${Deno.build.os}/${Deno.build.arch}`,
  );
  // Docker cannot be reached, which would have been the error.
  const { code, stdout, stderr } = await spawn("up", "-o", "jsonpath={.connection");
  assert.deepEqual([code, stdout], [exitCodes.usage, ""]);
  assert.match(
    stderr,
    /^Error: Cannot print with -o jsonpath='\{\.connection': "\{\.connection" is not closed\n {2}→ /,
  );
});

Deno.test("a dry run of up prints the names of its objects as kubectl prints them", async () => {
  const { stdout } = await run("up", "--dry-run", "-o", "name");
  assert.match(stdout, /^namespace\/gefyra$/m);
  assert.match(stdout, /^deployment\.apps\/gefyra-operator$/m);
});

Deno.test("a dry run of up prints exactly what would be applied, without a cluster", async () => {
  const expected = JSON.parse(JSON.stringify(manifests({ namespace: NAMESPACE, images: defaultImages })));
  const yaml = await run("up", "--dry-run", "-o", "yaml");
  assert.equal(yaml.code, exitCodes.ok);
  assert.deepEqual(parseAllDocuments(yaml.stdout).map((document) => document.toJS()), expected);
  assert.deepEqual(JSON.parse((await run("up", "--dry-run", "-o", "json")).stdout).items, expected);
});

Deno.test("without Docker, one clear error and its own exit code", async () => {
  const { code, stdout, stderr } = await spawn("list", "-o", "json");
  assert.deepEqual([code, stdout], [exitCodes.unreachable, ""]);
  const { error } = JSON.parse(stderr);
  assert.equal(error.id, "docker-unreachable");
  assert.match(error.hint, /DOCKER_HOST/);
});

Deno.test("the program ends with the exit code of the command line", async () => {
  const { code, stdout, stderr } = await spawn("nonsense");
  assert.deepEqual([code, stdout], [exitCodes.usage, ""]);
  assert.match(stderr, /unknown command/);
});

Deno.test("an unusable kubeconfig gives one error without a stack", async () => {
  const file = await Deno.makeTempFile();
  const using = (cluster: object, user: object) =>
    JSON.stringify({
      "current-context": "c",
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    });
  const key = { "client-certificate-data": btoa("nothing"), "client-key-data": btoa("nothing") };
  const table: [string, RegExp][] = [
    ["null", /there is no kubeconfig/],
    ["clusters: 5", /clusters is not a list/],
    [using({ server: 5 }, {}), /server is not text/],
    [using({ server: "not a url" }, {}), /"not a url", is not a URL/],
    [using({ server: "https://127.0.0.1:1" }, key), /the client-key of user "u" cannot be used/],
  ];
  try {
    for (const [text, says] of table) {
      await Deno.writeTextFile(file, text);
      const { code, stderr } = await run("up", "--kubeconfig", file);
      assert.equal(code, exitCodes.unreachable, stderr);
      assert.match(stderr, says);
      assert.match(stderr, /^Error: Cannot /);
      assert.doesNotMatch(stderr, /^ +at /m);
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("--verbose and -v show the causes of an error, without a stack", async () => {
  const causes = /^ {2}caused by: .*ENOENT/m;
  for (const flag of ["--verbose", "-v"]) {
    const { stderr } = await spawn("down", flag);
    assert.match(stderr, causes, flag);
    assert.ok(!stderr.includes("undefined") && !stderr.includes("    at "), stderr);
  }
  const { stderr } = await spawn("down");
  assert.ok(!causes.test(stderr));
  assert.match(stderr, /--verbose shows the cause/);
});

Deno.test("version --check says whether there is a newer release; upgrade leaves what Deno runs alone", async () => {
  const releases = (version: string) =>
    Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => Response.json({ version, archives: {} }),
    );
  const checked = async (version: string) => {
    const server = releases(version);
    Deno.env.set("GEFYRA_RELEASES_URL", `http://127.0.0.1:${server.addr.port}/`);
    try {
      return [await run("version", "--check"), await run("version", "--check", "-o", "json")] as const;
    } finally {
      Deno.env.delete("GEFYRA_RELEASES_URL");
      await server.shutdown();
    }
  };
  const [newer, newerJson] = await checked("99.0.0");
  assert.equal(newer.stdout, `gefyra ${VERSION}\nVersion 99.0.0 is there: gefyra upgrade\n`);
  assert.deepEqual([JSON.parse(newerJson.stdout).latest, JSON.parse(newerJson.stdout).newer], [
    "99.0.0",
    true,
  ]);
  const [same, sameJson] = await checked(VERSION);
  assert.equal(same.stdout, `gefyra ${VERSION}\nIt is the latest version.\n`);
  assert.equal(JSON.parse(sameJson.stdout).newer, false);
  const refused = await run("upgrade");
  assert.equal(refused.code, exitCodes.refused);
  assert.match(refused.stderr, /Cannot upgrade: this Gefyra is run by Deno/);
});
