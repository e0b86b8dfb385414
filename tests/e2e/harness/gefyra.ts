/** Runs the program as a user does: a process of its own, with a kubeconfig and a command line. */
import assert from "node:assert/strict";
import { runFlags } from "../../../scripts/bundle.ts";
import { typeInto } from "../../terminal.ts";
import { checkAnswer } from "./answers.ts";
import { CONNECTION, CONTROL_PLANE, kubeconfig, LAB, SHARED } from "./names.ts";
import { portableUser } from "./portable.ts";
import { settingsIn } from "./waits.ts";
import { kubeconfigOf, program, type SuiteLab } from "./suite.ts";

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Running {
  /** Ends with the process. */
  output: Promise<Output>;
  /** One that has ended by itself meanwhile is left alone. */
  kill(signal: Deno.Signal): void;
  /** Waits until the program has said something like it on stdout or stderr. */
  said(text: string): Promise<void>;
}

type Env = Record<string, string>;

/** Any outcome. */
export function tryGefyra(args: string[], env: Env = {}): Promise<Output> {
  return startGefyra(args, env).output;
}

/** Its output; fails when the command does. */
export const gefyra = (...args: string[]): Promise<Output> => gefyraWith({}, ...args);

/** The same with other variables, e.g. another user's kubeconfig. */
export async function gefyraWith(env: Env, ...args: string[]): Promise<Output> {
  const output = await tryGefyra(args, env);
  assert.equal(
    output.code,
    0,
    `gefyra ${args.join(" ")}: ${output.code}\n${output.stderr}\n${output.stdout}`,
  );
  return output;
}

/** As the suite itself, beside the tests; fails when the command does. */
export async function commandIn(lab: SuiteLab, args: string[]): Promise<Output> {
  const output = await start(args, {
    KUBECONFIG: kubeconfigOf(lab),
    GEFYRA_CONNECTION: "",
    ...settingsIn(lab.shared),
  }).output;
  assert.equal(output.code, 0, `gefyra ${args.join(" ")}: ${output.code}\n${output.stderr}`);
  return output;
}

/** Whatever it answers with `-o json` has to be as its schema says. */
export function startGefyra(args: string[], env: Env = {}): Running {
  const running = startUnchecked(args, env);
  const output = running.output.then((printed) => {
    checkAnswer(args, printed);
    return printed;
  });
  // Some wait for what it says only.
  output.catch(() => {});
  return { ...running, output };
}

function startUnchecked(args: string[], env: Env): Running {
  const portable = portableUser();
  if (!portable) return start(args, { ...ownEnv, ...env });
  const { KUBECONFIG = "", ...own } = portable.env;
  return spawn(portable.program, args, { ...own, ...ownEnv, KUBECONFIG, ...env }, portable.options);
}

/** With somebody at a terminal who types; any outcome. */
export const typeToGefyra = (args: string[], steps: [text: string, keys: string][]): Promise<Output> =>
  typeInto([Deno.execPath(), ...programArgs, ...args], steps, ownEnv);

/** With a terminal of that size, as `stty size` prints it; any outcome. */
export function inTerminal(size: { rows: number; columns: number }, args: string[]): Promise<Output> {
  const line = quoted([Deno.execPath(), ...programArgs, ...args]);
  const { rows, columns } = size;
  const script = [
    "--quiet",
    "--return",
    "--command",
    `stty rows ${rows} cols ${columns}; ${line}`,
    "/dev/null",
  ];
  return spawn("script", script, ownEnv).output;
}

/**
 * Lines of shell in a folder, as a user types them; fails when one of them does. `gefyra lab` means the file's own lab, and
 * kubectl may be that lab's: it reads files from standard input only.
 */
export async function inShell(lines: string, folder: string, env: Env = {}): Promise<Output> {
  const program = quoted([Deno.execPath(), ...programArgs]);
  const kubectl = quoted(["docker", "exec", "--interactive", CONTROL_PLANE, "kubectl"]);
  const script = [
    `cd ${quoted([folder])}`,
    `gefyra() { if [ "$1" = lab ]; then ${program} "$@" --name ${LAB}; else ${program} "$@"; fi; }`,
    `kubectl() { ${kubectl} "$@"; }`,
    lines,
  ].join("\n");
  const output = await spawn("sh", ["-euc", script], { ...ownEnv, ...env }).output;
  assert.equal(output.code, 0, `${lines}\n${output.stderr}\n${output.stdout}`);
  return output;
}

const quoted = (words: string[]) => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");

/** A file that runs the program, for what does not know the shell's functions. */
export async function programFile(path: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\nexec ${quoted([Deno.execPath(), ...programArgs])} "$@"\n`);
  await Deno.chmod(path, 0o755);
}

const ownEnv: Env = { KUBECONFIG: kubeconfig, GEFYRA_CONNECTION: CONNECTION, ...settingsIn(SHARED) };
const programArgs = [...runFlags, program];

const start = (args: string[], env: Env) => spawn(Deno.execPath(), [...programArgs, ...args], env);

function spawn(file: string, args: string[], env: Env, options: Deno.CommandOptions = {}): Running {
  const child = new Deno.Command(file, {
    ...options,
    args,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let heard = "";
  const listeners = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    let text = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream() as never) as AsyncIterable<string>) {
      text += chunk;
      heard += chunk;
      for (const listener of listeners) listener();
    }
    return text.trimEnd();
  };
  const output = Promise.all([child.status, read(child.stdout), read(child.stderr)]).then(
    ([{ code }, stdout, stderr]) => ({ code, stdout, stderr }),
  );
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const listener = () => {
        if (!heard.includes(text)) return;
        listeners.delete(listener);
        resolve();
      };
      listeners.add(listener);
      listener();
      output.then(() => reject(new Error(`gefyra ended without saying "${text}":\n${heard}`)));
    });
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch (error) {
      // The runtime knows of the end before the output is read.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  };
  return { output, said, kill };
}
