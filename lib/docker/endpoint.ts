/** Finds the engine as the docker program does: `DOCKER_HOST`, else a context, else the default socket. */
import { join } from "node:path";
import { GefyraError, messageOf } from "../errors.ts";
import { sha256 } from "../sha256.ts";

export interface Endpoint {
  /** e.g. `unix:///var/run/docker.sock`, `tcp://10.0.0.1:2376`. */
  host: string;
  /** Name of the Docker context; `default` also where `DOCKER_HOST` decides. */
  context: string;
  /** What selected it: the name of a variable, or the path of a file; absent for the default socket. */
  chosenBy?: string;
  /** Absent: without TLS. */
  tls?: Tls;
}

export interface Tls {
  /** PEM. */
  ca?: string;
  cert?: string;
  key?: string;
  /** Whether the engine's certificate is verified. */
  verify: boolean;
}

type Env = (name: string) => string | undefined;

export const DEFAULT_CONTEXT = "default";

/**
 * Throws a `GefyraError` if the selected context does not exist. `sockets`: the default sockets; the first that exists
 * is used.
 */
export function findEndpoint(
  env: Env = (name) => Deno.env.get(name),
  sockets: string[] = usualSockets(env),
): Endpoint {
  const folder = env("DOCKER_CONFIG") || join(homeOf(env), ".docker");
  const named = env("DOCKER_HOST");
  const { context, chosenBy } = named
    ? { context: DEFAULT_CONTEXT, chosenBy: "DOCKER_HOST" }
    : chooseContext(env, folder);
  if (context !== DEFAULT_CONTEXT) return { ...endpointOf(folder, context), context, ...chosen(chosenBy) };
  const host = named ? checkHost(withScheme(named), "DOCKER_HOST") : sockets.find(exists) ?? sockets[0]!;
  const tls = named ? tlsOfEnv(env, folder, host) : undefined;
  return { host, context, ...chosen(chosenBy), ...(tls ? { tls } : {}) };
}

/** For people. */
export function describeEndpoint({ host, context, chosenBy }: Endpoint): string {
  if (context !== DEFAULT_CONTEXT) return `${host} (context "${context}" of ${chosenBy})`;
  return chosenBy === "DOCKER_HOST" ? `${host} (DOCKER_HOST)` : host;
}

const chosen = (chosenBy: string | undefined) => chosenBy ? { chosenBy } : {};

const homeOf = (env: Env) => env("HOME") ?? env("USERPROFILE") ?? ".";

/** Docker Desktop may create its own socket beside the default one, or only its own. */
function usualSockets(env: Env): string[] {
  if (Deno.build.os === "windows") return ["npipe:////./pipe/docker_engine"];
  return ["unix:///var/run/docker.sock", `unix://${join(homeOf(env), ".docker/run/docker.sock")}`];
}

function exists(socket: string): boolean {
  try {
    Deno.statSync(socket.replace("unix://", ""));
    return true;
  } catch {
    return false;
  }
}

function chooseContext(env: Env, folder: string): { context: string; chosenBy?: string } {
  const named = env("DOCKER_CONTEXT");
  if (named) return { context: named, chosenBy: "DOCKER_CONTEXT" };
  const file = join(folder, "config.json");
  const { currentContext } = readJson<{ currentContext?: unknown }>(file) ?? {};
  return typeof currentContext === "string" && currentContext
    ? { context: currentContext, chosenBy: file }
    : { context: DEFAULT_CONTEXT };
}

interface Meta {
  Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
}

/** Docker's context store: folders named after the SHA-256 of the context's name (docker/cli, cli/context/store). */
function endpointOf(folder: string, context: string): { host: string; tls?: Tls } {
  const id = sha256(context);
  const meta = readJson<Meta>(join(folder, "contexts", "meta", id, "meta.json"));
  const { Host: host, SkipTLSVerify: skip = false } = meta?.Endpoints?.docker ?? {};
  if (!host) {
    const state = meta ? "it does not lead to a Docker engine" : `there is none of this name in ${folder}`;
    throw new GefyraError("docker-context", `Cannot use the Docker context "${context}": ${state}`, {
      exit: "notFound",
      hint: "`docker context ls` lists them; choose one with `docker context use NAME`",
    });
  }
  const files = filesIn(join(folder, "contexts", "tls", id, "docker"));
  const tls = skip || Object.keys(files).length ? { ...files, verify: !skip } : undefined;
  return { host: checkHost(host, `the Docker context "${context}"`), ...(tls ? { tls } : {}) };
}

/** As docker's `--tls` and `--tlsverify`; port 2376 implies TLS. */
function tlsOfEnv(env: Env, folder: string, host: string): Tls | undefined {
  const verify = Boolean(env("DOCKER_TLS_VERIFY"));
  if (!host.startsWith("tcp:") || !(verify || env("DOCKER_TLS") || host.endsWith(":2376"))) return undefined;
  return { ...filesIn(env("DOCKER_CERT_PATH") || folder), verify: verify || !env("DOCKER_TLS") };
}

function filesIn(folder: string): { ca?: string; cert?: string; key?: string } {
  const names = ["ca", "cert", "key"] as const;
  return Object.fromEntries(names.flatMap((name) => {
    const text = read(join(folder, `${name}.pem`));
    return text === undefined ? [] : [[name, text]];
  }));
}

const withScheme = (host: string) => host.includes("://") ? host : `tcp://${host}`;

function checkHost(host: string, whose: string): string {
  if (/^(unix|npipe|ssh):\/\/./.test(host)) return host;
  if (/^(tcp|https?):\/\//.test(host) && URL.canParse(host) && new URL(host).hostname) return host;
  throw new GefyraError("docker-host", `Cannot use Docker at "${host}": it is not an address`, {
    exit: "usage",
    hint: `${whose} has it; use unix:///PATH or tcp://HOST:PORT`,
  });
}

function readJson<T>(file: string): T | undefined {
  const text = read(file);
  if (text === undefined) return undefined;
  try {
    const content = JSON.parse(text);
    if (typeof content === "object" && content !== null) return content as T;
    throw new Error("it is not an object");
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** `undefined` if the file does not exist. */
function read(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return undefined;
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): GefyraError {
  return new GefyraError("docker-config", `Cannot read "${file}": ${messageOf(cause)}`, {
    hint: "it selects the Docker engine; correct it, or name the engine with DOCKER_HOST",
    cause,
  });
}
