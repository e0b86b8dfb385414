/** The scripts in the real shells: keys go to an interactive shell on a terminal, as a user types them. */
import assert from "node:assert/strict";
import { join } from "node:path";

const main = new URL("../../main.ts", import.meta.url).pathname;
const config = new URL("../../deno.json", import.meta.url).pathname;

const startOf: Record<string, (script: string) => { args: string[]; setUp: string }> = {
  bash: (script) => ({ args: ["--noprofile", "--norc", "-i"], setUp: `source ${script}` }),
  zsh: (script) => ({ args: ["-f", "-i"], setUp: `autoload -U compinit; compinit -u -D; source ${script}` }),
  fish: (script) => ({ args: ["--no-config", "-i"], setUp: `source ${script}` }),
};

const rows: { typed: string; runs: string[] }[] = [
  { typed: "unbr\t", runs: ["unbridge"] },
  { typed: "lab sta\t", runs: ["lab", "status"] },
  { typed: "bridge --fallb\t", runs: ["bridge", "--fallback"] },
  { typed: "bridge --mode rep\t", runs: ["bridge", "--mode", "replace"] },
  { typed: "bridge --mode=rep\t", runs: ["bridge", "--mode=replace"] },
  // Bash cuts words at ":".
  { typed: "up --context arn:aws:eks:eu:1\t", runs: ["up", "--context", "arn:aws:eks:eu:1:cluster/shop"] },
  { typed: "up --context=arn:aws:eks:eu:2\t", runs: ["up", "--context=arn:aws:eks:eu:2:cluster/shop"] },
  { typed: "up --context sta\t", runs: ["up", "--context", "staging"] },
  { typed: "run --env-file sett\t", runs: ["run", "--env-file", "settings.env"] },
  // The API server accepts connections and does not answer.
  {
    typed: "up --context staging --namespace sh\t",
    runs: ["up", "--context", "staging", "--namespace", "sh"],
  },
  { typed: "nonsense --whatever \t", runs: ["nonsense", "--whatever"] },
];

const installed = (shell: string) => new Deno.Command("which", { args: [shell] }).outputSync().success;

for (const [shell, start] of Object.entries(startOf)) {
  Deno.test({
    name: `completions in ${shell}: commands, options, values and files; errors never appear`,
    ignore: Deno.build.os !== "linux" || !installed(shell),
    fn: async () => {
      const folder = await Deno.makeTempDir();
      using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      try {
        const script = await prepare(folder, shell, silent.addr.port);
        const { args, setUp } = start(script);
        // Twice: a shell's settings are read again after an edit.
        const keys = [setUp, setUp, "echo READY", ...rows.map(({ typed }) => `gefyra ${typed}`), "exit"];
        const screen = await onTerminal(folder, [shell, ...args], keys.map((line) => `${line}\n`).join(""));
        const ran = [...screen.matchAll(/RAN((?:<[^>]*>)+)/g)].map(([, words = ""]) =>
          words.slice(1, -1).split("><")
        );
        assert.deepEqual(ran, rows.map(({ runs }) => runs), screen);
        assert.doesNotMatch(screen, /error|readonly|not found|no such|at file:/i);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** A `gefyra` that completes as the real one does, and otherwise says what it was called with. */
async function prepare(folder: string, shell: string, port: number): Promise<string> {
  const program = `${Deno.execPath()} run --quiet --allow-all --config ${config} ${main}`;
  const wrapper = `#!/bin/sh
[ "$1" = complete ] && exec ${program} "$@"
printf RAN; printf '<%s>' "$@"; echo
`;
  await Deno.writeTextFile(join(folder, "gefyra"), wrapper, { mode: 0o755 });
  await Deno.writeTextFile(join(folder, "settings.env"), "");
  const names = ["arn:aws:eks:eu:1:cluster/shop", "arn:aws:eks:eu:2:cluster/shop", "staging"];
  const kubeconfig = {
    clusters: [{ name: "c", cluster: { server: `https://127.0.0.1:${port}` } }],
    contexts: names.map((name) => ({ name, context: { cluster: "c" } })),
  };
  await Deno.writeTextFile(join(folder, "kubeconfig"), JSON.stringify(kubeconfig));
  const [deno = "", ...args] = [...program.split(" "), "completion", shell];
  const { stdout } = await new Deno.Command(deno, { args }).output();
  await Deno.writeFile(join(folder, "script"), stdout);
  return join(folder, "script");
}

/** What a program on a terminal of its own shows for these keys. */
async function onTerminal(folder: string, command: string[], keys: string): Promise<string> {
  const child = new Deno.Command("timeout", {
    args: ["90", "script", "--quiet", "--command", command.join(" "), "/dev/null"],
    cwd: folder,
    env: {
      HOME: folder,
      KUBECONFIG: join(folder, "kubeconfig"),
      DOCKER_HOST: "unix:///nonexistent/docker.sock",
      PATH: `${folder}:${Deno.env.get("PATH")}`,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno"),
      TERM: "xterm",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(keys));
  await writer.close();
  return new TextDecoder().decode((await output).stdout);
}
