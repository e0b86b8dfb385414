/** The Docker API through dockerode: the only file that imports it. */
// @ts-types="@types/dockerode"
import Docker from "dockerode";
import { Agent } from "node:https";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Buffer } from "node:buffer";
import { GefyraError, messageOf } from "../errors.ts";
import { describeEndpoint, type Endpoint, findEndpoint } from "./endpoint.ts";
import type { Container, Engine, ExecResult, Labels, Network, OutputSink } from "./engine.ts";
import { gatewayOrder } from "./gateway.ts";
import { checkImageName } from "./images.ts";

/** Ports, volumes and the tunnel's ends would be on another machine than the user's, and `ssh2` makes every start slower. */
function refuseSsh({ host }: Endpoint): void {
  if (!host.startsWith("ssh:")) return;
  throw new GefyraError("docker-over-ssh", `Cannot use Docker at ${host}: Gefyra does not support SSH`, {
    exit: "unreachable",
    hint:
      "forward the socket (`ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST`), with DOCKER_HOST=unix:///tmp/docker.sock",
  });
}

/** For dockerode, which by itself knows `DOCKER_HOST` only. */
function dockerOptions({ host, tls }: Endpoint): Docker.DockerOptions {
  const socket = host.match(/^(?:unix|npipe):\/\/(.*)$/)?.[1];
  if (socket) return { socketPath: socket };
  const { hostname, port, protocol } = new URL(host.replace(/^tcp:/, "http:"));
  if (!tls && protocol === "http:") return { host: hostname, port: port || 2375, protocol: "http" };
  const { ca, cert, key, verify } = tls ?? { verify: true };
  const files = { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
  // dockerode does not hand on that nothing has to be verified.
  const agent = verify ? {} : { agent: new Agent({ ...files, rejectUnauthorized: false }) };
  return { host: hostname, port: port || 2376, protocol: "https", ...files, ...agent };
}

function unreachable(endpoint: Endpoint, cause: unknown): GefyraError {
  const at = describeEndpoint(endpoint);
  return new GefyraError("docker-unreachable", `Cannot reach Docker at ${at}: ${messageOf(cause)}`, {
    exit: "unreachable",
    hint:
      "start Docker, or choose another with DOCKER_HOST or `docker context use NAME`; you must be allowed to " +
      "use it (`docker ps`)",
    cause,
  });
}

/** No connection, as the operating system says; what the engine itself says has a status code. */
function isOfTheLine(thrown: unknown): boolean {
  return typeof (thrown as { code?: unknown })?.code === "string" && statusCode(thrown) === undefined;
}

/** The same engine, whose every call may fail with another error than dockerode's. */
function withErrors(engine: Engine, explained: (thrown: unknown) => unknown): Engine {
  const calls = Object.entries(engine).map(([name, call]) => [name, async (...args: never[]) => {
    try {
      return await (call as (...args: never[]) => Promise<unknown>)(...args);
    } catch (thrown) {
      throw explained(thrown);
    }
  }]);
  return Object.fromEntries(calls) as Engine;
}

/** Connects to the engine that the docker program would use now. */
export function connectEngine(): Engine {
  let found: { docker: Docker; endpoint: Endpoint } | undefined;
  const connect = () => {
    if (found) return found;
    const endpoint = findEndpoint();
    refuseSsh(endpoint);
    return found = { docker: new Docker(dockerOptions(endpoint)), endpoint };
  };
  const docker = () => connect().docker;
  const explained = (cause: unknown) =>
    isOfTheLine(cause) && found ? unreachable(found.endpoint, cause) : cause;
  return withErrors(engineOf(docker, connect), explained);
}

type Connect = () => { docker: Docker; endpoint: Endpoint };

function engineOf(docker: () => Docker, connect: Connect): Engine {
  return {
    version: async () => {
      const { docker, endpoint } = connect();
      try {
        const { Version, Os } = await docker.version();
        return { version: Version, os: Os, at: describeEndpoint(endpoint) };
      } catch (cause) {
        throw unreachable(endpoint, cause);
      }
    },

    networks: async (labels) => (await docker().listNetworks({ filters: filter(labels) })).map(toNetwork),
    allNetworks: async () => (await docker().listNetworks()).map(toNetwork),
    network: (name) => orUndefined(async () => toNetwork(await docker().getNetwork(name).inspect())),
    createNetwork: async (options) => (await docker().createNetwork(options)).id,
    connect: async (network, container, ipv4) => {
      await docker().getNetwork(network).connect({
        Container: container,
        ...(ipv4 ? { EndpointConfig: { IPAMConfig: { IPv4Address: ipv4 } } } : {}),
      });
    },
    disconnect: (network, container) =>
      ignoreMissing(() => docker().getNetwork(network).disconnect({ Container: container, Force: true })),
    removeNetwork: (id) => ignoreMissing(() => docker().getNetwork(id).remove()),

    createVolume: async (name, labels) => void await docker().createVolume({ Name: name, Labels: labels }),
    volumes: async (labels) => {
      const { Volumes } = await docker().listVolumes({ filters: JSON.stringify(filter(labels)) });
      return (Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, labels: Labels ?? {} }));
    },
    removeVolume: (name) => ignoreMissing(() => docker().getVolume(name).remove()),

    containers: async (labels) =>
      (await docker().listContainers({ all: true, filters: filter(labels) })).map(toContainer),
    inspect: (nameOrId) => orUndefined(() => docker().getContainer(nameOrId).inspect()),
    create: async (options) => (await docker().createContainer(options)).id,
    start: (id) => ignoreStarted(() => docker().getContainer(id).start()),
    stop: (id, timeoutSeconds) => ignoreMissing(() => docker().getContainer(id).stop({ t: timeoutSeconds })),
    kill: (id, signal) => ignoreMissing(() => docker().getContainer(id).kill({ signal })),
    restart: async (id) => void await docker().getContainer(id).restart(),
    remove: (id) => ignoreMissing(() => docker().getContainer(id).remove({ force: true, v: true })),
    wait: async (id) => (await docker().getContainer(id).wait({ condition: "next-exit" })).StatusCode,
    attach: async (id, stdout, stderr) => {
      const stream = await docker().getContainer(id).attach({ stream: true, stdout: true, stderr: true });
      return { done: demultiplex(docker(), stream, stdout, stderr) };
    },
    logs: async (id, tail) => {
      const raw = await docker().getContainer(id).logs({ stdout: true, stderr: true, tail, follow: false });
      const output = collect();
      const stream = new PassThrough();
      const done = demultiplex(docker(), stream, output.sink, output.sink);
      stream.end(raw);
      await done;
      return output.text();
    },

    exec: async (id, command, stdin) => await exec(docker(), id, command, stdin),
    put: async (id, folder, tar) =>
      void await docker().getContainer(id).putArchive(Buffer.from(tar), { path: folder }),

    image: (name) =>
      orUndefined(async () => {
        checkImageName(name);
        const image = await docker().getImage(name).inspect();
        return { id: image.Id, labels: image.Config.Labels ?? {} };
      }),
    pull: async (name, onProgress) => {
      const stream = await docker().pull(name);
      await new Promise<void>((resolve, reject) =>
        docker().modem.followProgress(
          stream,
          (error) => error ? reject(error) : resolve(),
          (event: { status?: string; progress?: string }) =>
            onProgress([event.status, event.progress].filter(Boolean).join(" ")),
        )
      );
    },
    save: async (names) => {
      const query = names.map((name) => `names=${encodeURIComponent(name)}`).join("&");
      const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
        docker().modem.dial(
          // The modem cuts the last character of a path with a query, where it expects its own options.
          { path: `/images/get?${query}&`, method: "GET", isStream: true, statusCodes: { 200: true } },
          (error, data) => error ? reject(error) : resolve(data as NodeJS.ReadableStream),
        )
      );
      return ReadableStream.from(stream as AsyncIterable<Uint8Array>);
    },
  };
}

async function exec(
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
  // A command that ends early closes the stream; its exit code tells more than that.
  else if (stdin) await pipeline(Readable.from(stdin), stream).catch(() => {});
  await done;
  const { ExitCode } = await created.inspect();
  return { exitCode: ExitCode ?? -1, stdout: stdout.text(), stderr: stderr.text() };
}

/** Splits Docker's multiplexed stream (8-byte header before each chunk) until it ends. */
function demultiplex(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  stdout: OutputSink,
  stderr: OutputSink,
): Promise<void> {
  const out = new PassThrough().on("data", stdout), err = new PassThrough().on("data", stderr);
  docker.modem.demuxStream(stream, out, err);
  return new Promise((resolve, reject) => {
    stream.on("end", () => resolve());
    stream.on("close", () => resolve());
    stream.on("error", reject);
  });
}

function collect() {
  const chunks: Uint8Array[] = [];
  return {
    sink: (chunk: Uint8Array) => void chunks.push(chunk),
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
}

function filter(labels: Labels) {
  return { label: Object.entries(labels).map(([key, value]) => value === "" ? key : `${key}=${value}`) };
}

function statusCode(thrown: unknown): number | undefined {
  return (thrown as { statusCode?: number }).statusCode;
}

async function orUndefined<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (thrown) {
    if (statusCode(thrown) === 404) return undefined;
    throw thrown;
  }
}

/** 304: stopped already; 404: gone already; 409: being removed by somebody else, or not running. */
async function ignoreMissing(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (thrown) {
    const code = statusCode(thrown);
    const goingAway = code === 409 && /already in progress|is not running/.test(messageOf(thrown));
    if (code !== 304 && code !== 404 && !goingAway) throw thrown;
  }
}

/** 304: somebody else was faster. */
async function ignoreStarted(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (thrown) {
    if (statusCode(thrown) !== 304) throw thrown;
  }
}

function toNetwork(info: Docker.NetworkInspectInfo): Network {
  return {
    id: info.Id,
    name: info.Name,
    labels: info.Labels ?? {},
    internal: info.Internal ?? false,
    subnets: (info.IPAM?.Config ?? []).flatMap((c) => c.Subnet && !c.Subnet.includes(":") ? [c.Subnet] : []),
    containers: Object.entries(info.Containers ?? {}).map(([id, c]) => ({
      id,
      name: c.Name,
      ipv4: c.IPv4Address.split("/")[0] || undefined,
    })),
  };
}

function toContainer(info: Docker.ContainerInfo): Container {
  const networks = info.NetworkSettings?.Networks ?? {};
  const addresses = Object.entries(networks)
    .flatMap(([name, endpoint]) => endpoint.IPAddress ? [[name, endpoint.IPAddress]] : []);
  return {
    id: info.Id,
    name: info.Names[0]?.replace(/^\//, "") ?? info.Id,
    image: info.Image,
    state: info.State,
    status: info.Status,
    labels: info.Labels ?? {},
    addresses: Object.fromEntries(addresses),
    gateways: gatewayOrder(networks),
  };
}
