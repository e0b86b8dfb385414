/** Real containers for tests, through the docker CLI: everything carries one label and goes with it. */
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../lib/errors.ts";

const LABEL = "dev.gefyra.test";

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Sandbox extends AsyncDisposable {
  /** A prefix for names, unlike that of any other sandbox. */
  name: string;
  network(name: string, options: string[]): Promise<string>;
  /** `docker create` with the sandbox's label; the container's full name. */
  create(name: string, options: string[], image: string, command?: string[]): Promise<string>;
  /** `create` and start. */
  run(name: string, options: string[], image: string, command?: string[]): Promise<string>;
}

/** Any outcome. */
export async function tryDocker(args: string[], stdin?: Uint8Array): Promise<Output> {
  const child = new Deno.Command("docker", {
    args,
    stdin: stdin ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // One that refuses its input may close it early.
  const written = stdin ? write(child.stdin, stdin).catch(() => {}) : undefined;
  const { code, stdout, stderr } = await child.output();
  await written;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Its stdout; fails when the command does. */
export async function docker(args: string[], stdin?: Uint8Array): Promise<string> {
  const { code, stdout, stderr } = await tryDocker(args, stdin);
  if (code !== 0) throw new Error(`docker ${args.join(" ")}: ${code}\n${stderr}\n${stdout}`);
  return stdout;
}

export function exec(container: string, ...command: string[]): Promise<string> {
  return docker(["exec", container, ...command]);
}

/** Below this a container has ended by itself: Docker kills one after 10 s. A second would do on a machine that does nothing else. */
export const STOPS_MS = 3_000;

/** Milliseconds that `docker stop` takes. */
export async function stopTime(container: string): Promise<number> {
  const start = performance.now();
  await docker(["stop", "--time", "10", container]);
  return performance.now() - start;
}

/** Runs `attempt` until it no longer throws. */
export async function eventually<T>(attempt: () => Promise<T>, timeoutMs = 10_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  while (true) {
    try {
      return await attempt();
    } catch (cause) {
      if (performance.now() > end) {
        throw new Error(`not within ${timeoutMs} ms: ${messageOf(cause)}`, { cause });
      }
      await delay(100);
    }
  }
}

/** Begins the names of a sandbox: with what `scripts/test` looks for when it has to take away what a test has left. */
const prefix = ["gefyra-test", Deno.env.get("GEFYRA_TEST_RUN")].filter(Boolean).join("-");

export function sandbox(): Sandbox {
  const name = `${prefix}-${crypto.randomUUID().slice(0, 8)}`;
  const label = `${LABEL}=${name}`;
  const create: Sandbox["create"] = async (suffix, options, image, command = []) => {
    const container = `${name}-${suffix}`;
    await docker(["create", "--name", container, "--label", label, ...options, image, ...command]);
    return container;
  };
  return {
    name,
    create,
    run: async (...args) => {
      const container = await create(...args);
      await docker(["start", container]);
      return container;
    },
    network: async (suffix, options) => {
      await docker(["network", "create", "--label", label, ...options, `${name}-${suffix}`]);
      return `${name}-${suffix}`;
    },
    [Symbol.asyncDispose]: async () => {
      const containers = await docker(["ps", "--all", "--quiet", "--filter", `label=${label}`]);
      if (containers) await docker(["rm", "--force", "--volumes", ...containers.split("\n")]);
      const networks = await docker(["network", "ls", "--quiet", "--filter", `label=${label}`]);
      if (networks) await docker(["network", "rm", ...networks.split("\n")]);
    },
  };
}

async function write(stream: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = stream.getWriter();
  await writer.write(bytes);
  await writer.close();
}
