import assert from "node:assert/strict";
import { allCommands } from "../commands.ts";
import { answerText, staticCandidates } from "./answer.ts";
import { kindOf, kinds } from "./kinds.ts";
import { longOf, questionOf } from "./words.ts";
import { treeOf } from "./tree.ts";

const tree = treeOf(await allCommands());
const ask = (line: string) => questionOf(tree, line.split(" "));

Deno.test("a line asks for a command, an option, a value or an argument", () => {
  const table: [string, string, string][] = [
    ["", "command", ""],
    ["bri", "command", "bri"],
    ["lab ", "command", ""],
    ["lab up --wor", "option", "--wor"],
    ["help bri", "argument <command>", "bri"],
    ["bridge --name ", "value --name", ""],
    ["bridge -N x", "value --name", "x"],
    ["bridge --name=x", "value --name", "x"],
    ["bridge --name= ", "other", ""],
    ["bridge --replace ", "other", ""],
    ["bridge -", "option", "-"],
    ["exec my-", "argument <name>", "my-"],
    ["exec -t --user root my-app ", "argument <command>", ""],
    ["rm a b ", "argument <names>", ""],
    ["run -i image -N n -- np", "other", "np"],
    ["lab -q up ", "other", ""],
    ["nonsense ", "other", ""],
  ];
  for (const [line, expected, start] of table) {
    const { wanted, ...question } = ask(line);
    const what = wanted.kind === "value"
      ? ` ${longOf(wanted.option)}`
      : wanted.kind === "argument"
      ? ` <${wanted.argument.name}>`
      : "";
    assert.deepEqual([wanted.kind + what, question.start], [expected, start], line);
  }
});

Deno.test("what a line says already is known", () => {
  const { path, options, args } = ask("bridge -n shop --target svc/web -p80:80 -p 53 --replace --port=1 ");
  assert.deepEqual(path, ["bridge"]);
  assert.deepEqual(options, {
    "--namespace": ["shop"],
    "--target": ["svc/web"],
    "--port": ["80:80", "53", "1"],
    "--replace": [""],
  });
  assert.deepEqual(args, []);
  assert.deepEqual(ask("rm --force a b ").args, ["a", "b"]);
});

Deno.test("an option that is given already is offered again only if it is repeatable", () => {
  const offered = staticCandidates(ask("bridge -N app --port 80:80 --")).map(({ value }) => value);
  assert.ok(!offered.includes("--name"), "--name");
  assert.ok(offered.includes("--port") && offered.includes("--target"));
});

Deno.test("every value of every option is one of a kind, has choices, or is text on purpose", () => {
  const used = new Set<string>();
  for (const command of tree.commands) {
    for (const one of [command, ...command.commands]) {
      const path = one === command ? [command.name] : [command.name, one.name];
      const names = [
        ...one.options.filter(({ value, choices }) => value && !choices).map(longOf),
        ...one.args.filter(({ choices }) => !choices).map(({ name }) => `<${name}>`),
      ];
      for (const name of names) {
        const own = `${path.join(" ")} ${name}`;
        assert.ok(own in kinds || name in kinds, `${own}: add it to kinds.ts`);
        used.add(own in kinds ? own : name);
      }
    }
  }
  assert.deepEqual(
    Object.keys(kinds).filter((name) => !used.has(name)),
    [],
    "no option has this name any more",
  );
});

Deno.test("one name means different things to different commands", () => {
  const kindAfter = (line: string) => kindOf(ask(line));
  assert.equal(kindAfter("bridge --name "), "apps");
  assert.equal(kindAfter("attach "), "foreign");
  assert.equal(kindAfter("detach "), "apps");
  assert.equal(kindAfter("unbridge --name "), "bridges");
  assert.equal(kindAfter("run --name "), "text");
  assert.equal(kindAfter("up --port "), "text");
  assert.equal(kindAfter("bridge -p "), "ports");
  assert.equal(kindAfter("exec my-app "), "files");
});

Deno.test("the answer has what fits, once each, without control characters, and says what the shell does next", () => {
  const some = [{ value: "web", description: "a\tb\u001b[31m" }, { value: "web" }, { value: "api" }];
  assert.equal(answerText(some, "w", "apps"), "web\ta b [31m\n:4");
  assert.equal(answerText([], "", "files"), ":0");
  assert.equal(answerText([{ value: "80:" }], "", "ports"), "80:\t\n:38");
  assert.equal(answerText([{ value: "json" }, { value: "jsonpath=" }], "jsonp", "text"), "jsonpath=\t\n:6");
  assert.equal(
    answerText([{ value: "json" }, { value: "jsonpath=" }], "js", "text"),
    "json\t\njsonpath=\t\n:4",
  );
  assert.equal(answerText([{ value: "80:8000" }], "80:", "ports"), "80:8000\t\n:36");
});
