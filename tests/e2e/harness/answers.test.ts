import assert from "node:assert/strict";
import { answerProblems } from "./answers.ts";

const printed = (stdout: unknown, { code = 0, stderr = "" } = {}) => ({
  code,
  stdout: typeof stdout === "string" ? stdout : JSON.stringify(stdout),
  stderr,
});
const lab = { context: "c", server: "https://127.0.0.1:1", kubeconfig: "/k", changed: true };

Deno.test("an answer that is not as its schema says is found, whatever is wrong with it", () => {
  const up = (...args: string[]) => ["lab", "up", ...args];
  const table: [string[], ReturnType<typeof printed>, RegExp | undefined][] = [
    [up("-o", "json"), printed(lab), undefined],
    [up("-ojson"), printed({ ...lab, changed: "yes" }), /lab-up: changed must be boolean/],
    [up("--output=json"), printed({ ...lab, more: 1 }), /lab-up: more is unknown/],
    [up("--output", "json"), printed({ context: "c" }), /required/],
    [up("-o", "json"), printed("The lab is up"), /it is no JSON/],
    [up("-o", "json"), printed(""), /it printed nothing/],
    [up("-o", "yaml"), printed("context: c"), undefined],
    [["exec", "app", "--", "kubectl", "-o", "json"], printed("text"), undefined],
    [["status", "-o", "json"], printed({ connected: false, connections: [] }, { code: 1 }), undefined],
    [["status", "-o", "json"], printed({ connected: false, connection: {} }, { code: 1 }), /status: /],
    [["env", "pod/a", "-o", "json"], printed({ A: "1" }), undefined],
    [["env", "pod/a", "-o", "json"], printed({ A: 1 }), /env: A must be string/],
  ];
  for (const [args, output, expected] of table) {
    const problems = answerProblems(args, output).join("; ");
    if (expected) assert.match(problems, expected);
    else assert.equal(problems, "", args.join(" "));
  }
});

Deno.test("an error is the last line of stderr", () => {
  const failed = (stderr: string) => answerProblems(["list", "-o", "json"], printed("", { code: 4, stderr }));
  const error = JSON.stringify({ error: { id: "docker-unreachable", message: "Cannot reach Docker" } });
  assert.deepEqual(failed(`✗ Checking (0.1s)\n${error}\n`), []);
  assert.deepEqual(failed(`${error}\nmore\n`), ["error: it is no JSON"]);
  assert.match(failed(JSON.stringify({ error: { message: "Cannot" } })).join(), /error: error .*required/);
  assert.match(
    failed(JSON.stringify({ error: { id: "a", message: "b", hints: [] } })).join(),
    /hints is unknown/,
  );
});

Deno.test("what needs no cluster answers as its schema says, errors too", async () => {
  const folder = await Deno.makeTempDir();
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const env = {
    DOCKER_HOST: "unix:///nonexistent/docker.sock",
    KUBECONFIG: "/nonexistent",
    XDG_CONFIG_HOME: folder,
  };
  const gefyra = async (...words: string[]) => {
    const args = [...words, "-o", "json"];
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", main, ...args],
      env,
      cwd: folder,
    });
    const { code, stdout, stderr } = await command.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert.deepEqual(answerProblems(args, { code, stdout: text(stdout), stderr: text(stderr) }), []);
    return code;
  };
  try {
    const codes = await Promise.all([
      gefyra("version"),
      gefyra("config", "view"),
      gefyra("up", "--dry-run"),
      gefyra("install", "--dry-run"),
      gefyra("doctor"),
      gefyra("list"),
      gefyra("up"),
      gefyra("apply"),
      gefyra("bridge", "-N", "app", "--target", "sofa/web", "-p", "80"),
      gefyra("bridge"),
    ]);
    assert.deepEqual(codes, [0, 0, 0, 0, 1, 4, 4, 3, 2, 2]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
