/** Runs `docker compose`, which must be Docker's own plugin. */
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { GefyraError, messageOf } from "../errors.ts";
import { interruption } from "../interruption.ts";
import { COMPOSE_CONFIG_TIMEOUT_MS, COMPOSE_TIMEOUT_MS } from "../names.ts";
import type { ComposeModel } from "./model.ts";

export interface ComposeFiles {
  /** Empty: those that Compose finds. */
  files: string[];
  /** Name of the project; absent: Compose's choice. */
  project?: string | undefined;
  profiles: string[];
  envFiles: string[];
}

const each = (option: string, values: string[]) => values.flatMap((one) => [option, one]);

/** Options for all commands: what was asked for, with other files and another name where they are given. */
export function globalOptions(
  { files, project, profiles, envFiles }: ComposeFiles,
  { stdin }: { stdin: boolean } = { stdin: false },
): string[] {
  const folder = files[0] && files[0] !== "-" ? dirname(resolve(files[0])) : ".";
  return [
    "compose",
    ...project ? ["--project-name", project] : [],
    ...each("--profile", profiles),
    ...each("--env-file", envFiles),
    // Its paths are absolute already; the folder is in the labels of the containers.
    ...stdin ? ["--project-directory", resolve(folder), "--file", "-"] : each("--file", files),
  ];
}

/**
 * The project with everything resolved: all of it, or `services` and what they depend on. A service may lack an image,
 * which `like` gives it. Throws `compose-missing` if there is no plugin, `compose-failed` if Compose refuses the files.
 */
export async function readProject(files: ComposeFiles, services: string[] = []): Promise<ComposeModel> {
  const args = [...globalOptions(files), "config", "--no-consistency", ...services];
  const { success, stdout, stderr } = await docker(args, { timeout: COMPOSE_CONFIG_TIMEOUT_MS });
  // As JSON, it would have no extensions.
  if (success) return parse(stdout);
  // docker itself says so, in the words of its version.
  if (
    /unknown command: docker compose|not a docker command|unknown shorthand flag|unknown flag/.test(stderr)
  ) {
    throw missing();
  }
  throw failed("read the Compose file", stderr.trim().split("\n").at(-1) ?? "", "usage");
}

export interface ComposeRun {
  /** What Compose reads instead of the files: no value of the cluster is written to disk. */
  model: ComposeModel;
  quiet: boolean;
}

/** Its progress goes to stderr. */
export async function runCompose(
  files: ComposeFiles,
  args: string[],
  { model, quiet }: ComposeRun,
): Promise<void> {
  const options = globalOptions({ ...files, project: model.name }, { stdin: true });
  const words = [...options, ...quiet ? ["--progress", "quiet"] : [], ...args];
  const input = JSON.stringify(model);
  const { success, code, stderr } = await docker(words, {
    ...{ timeout: COMPOSE_TIMEOUT_MS, shown: true, input },
  });
  if (!success) {
    throw failed(`${args[0]} the project`, stderr || `docker compose ended with exit code ${code}`);
  }
}

interface RunOptions {
  /** Milliseconds. */
  timeout: number;
  input?: string;
  /** Its stderr is the user's. */
  shown?: boolean;
}

async function docker(args: string[], { timeout, input, shown }: RunOptions) {
  const over = AbortSignal.timeout(timeout), interrupted = interruption();
  const signal = interrupted ? AbortSignal.any([over, interrupted]) : over;
  try {
    const child = new Deno.Command("docker", {
      ...{ args, signal, stdout: "piped" },
      stdin: input === undefined ? "null" : "piped",
      stderr: shown ? "inherit" : "piped",
      // Services that were not named are no orphans.
      env: { COMPOSE_IGNORE_ORPHANS: "true" },
    }).spawn();
    const written = input === undefined ? undefined : write(child.stdin, input).catch(() => {});
    const output = await child.output();
    await written;
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    interrupted?.throwIfAborted();
    const stderr = over.aborted
      ? `it has not ended within ${timeout / 1000} s`
      : shown
      ? ""
      : text(output.stderr);
    return { success: output.success, code: output.code, stdout: text(output.stdout), stderr };
  } catch (cause) {
    interrupted?.throwIfAborted();
    if (cause instanceof Deno.errors.NotFound) throw missing(cause);
    throw failed("run docker compose", messageOf(cause));
  }
}

async function write(stream: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
}

const failed = (action: string, state: string, exit: "failure" | "usage" = "failure") =>
  new GefyraError("compose-failed", `Cannot ${action}: ${state}`, {
    exit,
    hint: "`docker compose config` and the messages above say more",
  });

const missing = (cause?: unknown) =>
  new GefyraError("compose-missing", "Cannot run docker compose: the docker program has no Compose plugin", {
    exit: "notFound",
    hint: "install it (docs.docker.com/compose/install), version 2.36 or later",
    cause,
  });
