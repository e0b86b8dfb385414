/** The programs that are measured, and those that measure: each call is a new process. */
import { setTimeout as delay } from "node:timers/promises";
import { controlPlaneOf } from "../../lib/lab/nodes.ts";
import { runFlags } from "../bundle.ts";
import { cacheFolder } from "../images/cache.ts";

/** `GEFYRA_BENCH_LAB` sets another name, so that two benches can run on one machine. */
export const LAB = Deno.env.get("GEFYRA_BENCH_LAB") || "bench";
/** The namespace of the workloads. */
export const NAMESPACE = "bench";
const CONNECTION = LAB;

export const folder = cacheFolder(LAB);
export const kubeconfig = `${folder}/kubeconfig`;
/** The program as in releases. */
export const program = `${folder}/program/gefyra.js`;

/** The image with curl, wrk, iperf3 and Python. */
export const TOOLS = "tools";

export interface Timed {
  stdout: string;
  /** Unix milliseconds, just before the process was started. */
  startedAt: number;
  /** From the start of the process to its end. */
  seconds: number;
}

export async function run(command: string, args: string[], options: RunOptions = {}): Promise<Timed> {
  const startedAt = Date.now(), start = performance.now();
  const child = new Deno.Command(command, {
    args,
    env: options.env ?? {},
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const output = await child.output();
  const seconds = (performance.now() - start) / 1000;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (output.success) return { stdout: text(output.stdout), startedAt, seconds };
  const said = [text(output.stdout), text(output.stderr)].filter(Boolean).join("\n");
  throw new Error(`"${[command, ...args].join(" ")}" ended with ${output.code}\n${said}`);
}

export interface RunOptions {
  env?: Record<string, string>;
  stdin?: string;
}

/** The program under test. */
export function gefyra(...args: string[]): Promise<Timed> {
  const env = { KUBECONFIG: kubeconfig, GEFYRA_CONNECTION: CONNECTION, NO_COLOR: "1" };
  return run(Deno.execPath(), [...runFlags, program, ...args], { env });
}

/** `docker exec` arguments that run kubectl in the lab's control plane, because this machine may not have it. */
export const kubectlArgs = (...args: string[]) => clusterArgs("--namespace", NAMESPACE, ...args);

/** The same for objects that name their own namespace, or have none. */
export const clusterArgs = (
  ...args: string[]
) => ["exec", "--interactive", controlPlaneOf(LAB).name, "kubectl", ...args];

export async function kubectl(...args: string[]): Promise<string> {
  return (await run("docker", kubectlArgs(...args))).stdout;
}

/** One value of an object, by a JSON path without its braces. */
export function field(object: string, path: string, namespace = NAMESPACE): Promise<string> {
  return kubectl("get", object, "--namespace", namespace, "--output", `jsonpath={${path}}`);
}

export async function onNode(...command: string[]): Promise<string> {
  return (await run("docker", ["exec", controlPlaneOf(LAB).name, ...command])).stdout;
}

export async function inPod(pod: string, ...command: string[]): Promise<string> {
  return (await run("docker", kubectlArgs("exec", pod, "--", ...command))).stdout;
}

export async function inApp(name: string, ...command: string[]): Promise<string> {
  return (await run("docker", ["exec", name, ...command])).stdout;
}

/** The address of a service, because name resolution is not measured. */
export async function addressOf(service: string): Promise<string> {
  return (await inPod(TOOLS, "getent", "hosts", service)).split(/\s+/)[0]!;
}

/** Polls every 20 ms until there is a value. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(20);
  }
  throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
}

/** Several figures use one experiment: the first one runs it. */
export function once<T>(experiment: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= experiment();
}
