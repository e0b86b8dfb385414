/** Docker's multiplexed streams: the output of a container or of a command in it. */
// @ts-types="@types/dockerode"
import type Docker from "dockerode";
import { Buffer } from "node:buffer";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Attached, ExecOptions, ExecResult, Executing, LogOptions, OutputSink } from "./engine.ts";

export async function exec(
  docker: Docker,
  id: string,
  command: string[],
  stdin?: Uint8Array | ReadableStream<Uint8Array>,
): Promise<ExecResult> {
  const created = await docker.getContainer(id).exec({
    Cmd: command,
    AttachStdin: stdin !== undefined,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await created.start({ hijack: stdin !== undefined, stdin: stdin !== undefined });
  const stdout = collect(), stderr = collect();
  const done = demultiplex(docker, stream, stdout.sink, stderr.sink);
  if (stdin instanceof Uint8Array) stream.end(Buffer.from(stdin));
  // A command that ends early closes the stream; its exit code says more than the stream's error.
  else if (stdin) await pipeline(Readable.from(stdin), stream).catch(() => {});
  await done;
  const { ExitCode } = await created.inspect();
  return { exitCode: ExitCode ?? -1, stdout: stdout.text(), stderr: stderr.text() };
}

/** Within half a second in all. */
const RESIZE_TRIES = 10;

export async function execAttached(
  docker: Docker,
  id: string,
  command: string[],
  { env, user, workdir, tty = false, stdin, stdout, stderr }: ExecOptions,
): Promise<Executing> {
  const input = stdin !== undefined;
  const created = await docker.getContainer(id).exec({
    Cmd: command,
    ...(env?.length ? { Env: env } : {}),
    ...(user ? { User: user } : {}),
    ...(workdir ? { WorkingDir: workdir } : {}),
    AttachStdin: input,
    AttachStdout: true,
    AttachStderr: true,
    Tty: tty,
  });
  const stream = await created.start({ hijack: input, stdin: input, Tty: tty });
  const output = tty ? whole(stream, stdout) : demultiplex(docker, stream, stdout, stderr);
  // The command may end before its input does.
  if (stdin) pipeline(Readable.from(stdin), stream).catch(() => {});
  const done = output.then(async () => (await created.inspect()).ExitCode ?? -1);
  const resize = async (size: { rows: number; columns: number }) => {
    // Docker answers the start before the command has its terminal, and refuses a size until then.
    for (let tries = 1;; tries++) {
      try {
        return void await created.resize({ h: size.rows, w: size.columns });
      } catch (error) {
        if (tries === RESIZE_TRIES) throw error;
        await delay(tries * 10);
      }
    }
  };
  return { done, resize };
}

export async function showLogs(
  docker: Docker,
  id: string,
  { follow, tail, since, timestamps, tty, stdout, stderr }: LogOptions & {
    stdout: OutputSink;
    stderr: OutputSink;
  },
): Promise<void> {
  const options = {
    stdout: true,
    stderr: true,
    timestamps,
    ...(tail === undefined ? {} : { tail }),
    ...(since === undefined ? {} : { since }),
  };
  const container = docker.getContainer(id);
  const ready = new PassThrough();
  const stream = follow ? await container.logs({ ...options, follow: true }) : ready;
  const done = tty ? whole(stream, stdout) : demultiplex(docker, stream, stdout, stderr);
  if (!follow) ready.end(await container.logs({ ...options, follow: false }));
  await done;
}

export interface AttachStreams {
  stdout: OutputSink;
  stderr: OutputSink;
  /** Goes to the container until it ends. */
  stdin?: ReadableStream<Uint8Array>;
  /** Docker does not divide the output of a terminal. */
  tty?: boolean;
}

export async function attach(
  docker: Docker,
  id: string,
  { stdout, stderr, stdin, tty }: AttachStreams,
): Promise<Attached> {
  const input = stdin !== undefined;
  const stream = await docker.getContainer(id)
    .attach({ stream: true, stdin: input, stdout: true, stderr: true, hijack: input });
  const done = tty ? whole(stream, stdout) : demultiplex(docker, stream, stdout, stderr);
  // The container may end before its input does.
  if (stdin) pipeline(Readable.from(stdin), stream).catch(() => {});
  return { done };
}

function whole(stream: NodeJS.ReadableStream, stdout: OutputSink): Promise<void> {
  stream.on("data", stdout);
  return ended(stream);
}

/** Splits Docker's multiplexed stream (8-byte header before each chunk) until it ends. */
export function demultiplex(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  stdout: OutputSink,
  stderr: OutputSink,
): Promise<void> {
  const out = new PassThrough().on("data", stdout), err = new PassThrough().on("data", stderr);
  docker.modem.demuxStream(stream, out, err);
  return ended(stream);
}

function ended(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on("end", () => resolve());
    stream.on("close", () => resolve());
    stream.on("error", reject);
  });
}

export function collect() {
  const chunks: Uint8Array[] = [];
  return {
    sink: (chunk: Uint8Array) => void chunks.push(chunk),
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
}
