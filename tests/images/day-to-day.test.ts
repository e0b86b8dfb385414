/** `gefyra exec`, `logs`, `stop`, `start` and `restart`, on real containers; they need no cluster. */
import assert from "node:assert/strict";
import { CONNECTION_LABEL, ROLE_LABEL } from "../../lib/names.ts";
import { docker, eventually, type Output, sandbox } from "../docker.ts";

const program = new URL("../../main.ts", import.meta.url).pathname;

Deno.test("the commands of the day", async (t) => {
  await using box = sandbox();
  const connection = `day-${box.name.slice(-8)}`;
  const subnet = `10.217.${Math.floor(Math.random() * 250)}`;
  const role = (name: string) => [
    ...["--label", `${CONNECTION_LABEL}=${connection}`, "--label", `${ROLE_LABEL}=${name}`],
  ];
  const network = await box.network("net", ["--subnet", `${subnet}.0/24`, ...role("network")]);
  const script = "trap 'exit 0' TERM; echo out $$; echo err >&2; while true; do sleep 0.1; done";
  const at = (host: number) => ["--network", network, "--ip", `${subnet}.${host}`];
  const [app, foreign] = await Promise.all([
    box.run("app", [...at(10), ...role("app")], "debian:trixie-slim", ["bash", "-c", script]),
    box.run("foreign", at(11), "debian:trixie-slim", ["sleep", "300"]),
  ]);
  const args = (words: string[]) => ["run", "--quiet", "--allow-all", program, ...words];
  const env = { GEFYRA_CONNECTION: connection, NO_COLOR: "1", FROM_SHELL: "from the shell" };
  const spawn = async (file: string, words: string[], stdin = ""): Promise<Output> => {
    const child = new Deno.Command(file, {
      args: words,
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin)).then(() => writer.close(), () => {});
    const { code, stdout, stderr } = await child.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { code, stdout: text(stdout), stderr: text(stderr) };
  };
  const gefyra = (...words: string[]) => spawn(Deno.execPath(), args(words));
  const inspect = (format: string) => docker(["inspect", "--format", format, app]);

  await t.step("exec gives the command's output, apart, and its exit code", async () => {
    const words = ["-e", "A=b c", "-e", "FROM_SHELL", "-u", "12:34", "-w", "/tmp", app];
    const command = ["sh", "-c", 'echo "$A, $FROM_SHELL"; id -u; id -g; pwd; echo err >&2; exit 7'];
    const output = await gefyra("exec", ...words, ...command);
    assert.deepEqual(output, { code: 7, stdout: "b c, from the shell\n12\n34\n/tmp", stderr: "err" });
  });

  await t.step("exec -i passes the input on", async () => {
    const { code, stdout } = await spawn(
      Deno.execPath(),
      args(["exec", "-i", app, "--", "wc", "-c"]),
      "12345",
    );
    assert.deepEqual([code, stdout], [0, "5"]);
  });

  await t.step("exec -it has a terminal of this one's size; without one it is refused", async () => {
    const command = [
      Deno.execPath(),
      ...args([
        "exec",
        "-it",
        app,
        "--",
        "sh",
        "-c",
        "test -t 0 || exit 8; for i in $(seq 50); do stty size | grep -x '31 97' && exit 9; sleep 0.1; done; exit 7",
      ]),
    ];
    const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const { code, stdout } = await spawn("script", ["-qec", `stty rows 31 cols 97; ${line}`, "/dev/null"]);
    assert.equal(code, 9, stdout);
    assert.match(stdout, /31 97/);
    const refused = await gefyra("exec", "-it", app, "sh");
    assert.equal(refused.code, 2, refused.stderr);
  });

  await t.step("logs: all, the last lines, since a time, with times", async () => {
    const all = await gefyra("logs", app);
    assert.deepEqual([all.stdout, all.stderr], ["out 1", "err"]);
    const none = await gefyra("logs", app, "--tail", "0");
    assert.deepEqual([none.code, none.stdout, none.stderr], [0, "", ""]);
    assert.match((await gefyra("logs", app, "-t", "--since", "10m")).stdout, /^\d{4}-\S+Z out 1$/);
    assert.equal((await gefyra("logs", app, "--since", "2100-01-01T00:00:00Z")).stdout, "");
  });

  await t.step("stop, start and restart keep the address; logs -f ends with the container", async () => {
    const id = await inspect("{{.Id}}");
    const address = () => inspect("{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
    const followed = gefyra("logs", "-f", "--tail", "0", app);
    assert.equal((await gefyra("stop", "-t", "5", app)).stdout, app);
    assert.equal(await inspect("{{.State.Status}}"), "exited");
    assert.equal((await followed).code, 0);
    const stopped = await gefyra("exec", app, "true");
    assert.equal(stopped.code, 8);
    assert.match(stopped.stderr, /it is exited\n.*gefyra start/);
    assert.equal((await gefyra("start", app)).code, 0);
    assert.equal(await address(), `${subnet}.10`);
    const before = await inspect("{{.State.StartedAt}}");
    assert.equal((await gefyra("restart", "-t", "5", app)).code, 0);
    assert.notEqual(await inspect("{{.State.StartedAt}}"), before);
    assert.equal(await address(), `${subnet}.10`);
    assert.equal(await inspect("{{.Id}}"), id);
    await eventually(async () => assert.equal((await gefyra("logs", app)).stdout, "out 1\nout 1\nout 1"));
  });

  await t.step(
    "a container that is not an app of the connection is refused, and so are those beside it",
    async () => {
      const before = await inspect("{{.State.StartedAt}}");
      for (const words of [["exec", foreign, "true"], ["logs", foreign], ["stop", app, foreign]]) {
        const { code, stderr } = await gefyra(...words);
        assert.equal(code, 3, stderr);
        assert.match(stderr, new RegExp(`"${foreign}": it was not started by .gefyra run.\n.*${app}`));
      }
      assert.equal(await inspect("{{.State.StartedAt}} {{.State.Status}}"), `${before} running`);
    },
  );
});
