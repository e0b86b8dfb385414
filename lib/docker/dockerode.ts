/** The Docker API through dockerode: the only file that imports it. */
// @ts-types="@types/dockerode"
import Docker, { type ContainerCreateOptions, type EndpointSettings } from "dockerode";
import { Buffer } from "node:buffer";
import { PassThrough } from "node:stream";
import { filter, toContainer, toNetwork } from "./answers.ts";
import { describeEndpoint, type Endpoint, findEndpoint } from "./endpoint.ts";
import { dockerOptions, refuseSsh, unreachable } from "./endpoint-options.ts";
import type { Engine } from "./engine.ts";
import { checkImageName } from "./images.ts";
import {
  ignoreDisconnected,
  ignoreMissing,
  ignoreStarted,
  isOfTheLine,
  orUndefined,
} from "./status-codes.ts";
import { attach, collect, demultiplex, exec, execAttached, showLogs } from "./streams.ts";

/** Wraps an engine so that every call turns dockerode's errors into `GefyraError`s. */
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

/**
 * Only name and platform belong into the URL. dockerode also puts everything else there, where the values of environment variables
 * would reach Docker's debug log and the logs of proxies.
 */
function inBody({ name, platform, ...body }: ContainerCreateOptions): ContainerCreateOptions {
  const query = { ...(name ? { name } : {}), ...(platform ? { platform } : {}) };
  return { _query: query, _body: body } as ContainerCreateOptions;
}

const time = (seconds: number | undefined) => seconds === undefined ? {} : { t: seconds };

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

    cpus: async () => (await docker().info()).NCPU,

    networks: async (labels) => (await docker().listNetworks({ filters: filter(labels) })).map(toNetwork),
    allNetworks: async () => (await docker().listNetworks()).map(toNetwork),
    network: (name) => orUndefined(async () => toNetwork(await docker().getNetwork(name).inspect())),
    createNetwork: async (options) => (await docker().createNetwork(options)).id,
    connect: async (network, container, { ipv4, gatewayPriority, aliases } = {}) => {
      await docker().getNetwork(network).connect({
        Container: container,
        EndpointConfig: {
          ...(ipv4 ? { IPAMConfig: { IPv4Address: ipv4 } } : {}),
          ...(gatewayPriority === undefined ? {} : { GwPriority: gatewayPriority }),
          ...(aliases ? { Aliases: aliases } : {}),
        } as EndpointSettings,
      });
    },
    disconnect: (network, container) =>
      ignoreDisconnected(() =>
        docker().getNetwork(network).disconnect({ Container: container, Force: true })
      ),
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
    create: async (options) => (await docker().createContainer(inBody(options))).id,
    start: (id) => ignoreStarted(() => docker().getContainer(id).start()),
    stop: (id, timeoutSeconds) => ignoreMissing(() => docker().getContainer(id).stop(time(timeoutSeconds))),
    kill: (id, signal) => ignoreMissing(() => docker().getContainer(id).kill({ signal })),
    restart: async (id, timeoutSeconds) => void await docker().getContainer(id).restart(time(timeoutSeconds)),
    remove: (id) => ignoreMissing(() => docker().getContainer(id).remove({ force: true, v: true })),
    wait: async (id) => (await docker().getContainer(id).wait({ condition: "next-exit" })).StatusCode,
    attach: (id, stdout, stderr, input) => attach(docker(), id, { stdout, stderr, ...input }),
    resize: (id, { rows, columns }) =>
      ignoreMissing(() => docker().getContainer(id).resize({ h: rows, w: columns })),
    logs: async (id, tail) => {
      const raw = await docker().getContainer(id).logs({ stdout: true, stderr: true, tail, follow: false });
      const output = collect();
      const stream = new PassThrough();
      const done = demultiplex(docker(), stream, output.sink, output.sink);
      stream.end(raw);
      await done;
      return output.text();
    },

    showLogs: (id, options, stdout, stderr) => showLogs(docker(), id, { ...options, stdout, stderr }),

    execAttached: (id, command, options) => execAttached(docker(), id, command, options),
    exec: async (id, command, stdin) => await exec(docker(), id, command, stdin),
    put: async (id, folder, tar) =>
      void await docker().getContainer(id).putArchive(Buffer.from(tar), { path: folder }),

    image: (name) =>
      orUndefined(async () => {
        checkImageName(name);
        const image = await docker().getImage(name).inspect();
        const { Id: id, Os, Architecture, Variant } = image as typeof image & { Variant?: string };
        const platform = [Os, Architecture, Variant].filter(Boolean).join("/");
        return { id, labels: image.Config.Labels ?? {}, platform };
      }),
    pull: async (name, onProgress, platform) => {
      const stream = await docker().pull(name, platform ? { platform } : {});
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
          // The modem removes the last character of a path with a query, because it expects its own options there.
          { path: `/images/get?${query}&`, method: "GET", isStream: true, statusCodes: { 200: true } },
          (error, data) => error ? reject(error) : resolve(data as NodeJS.ReadableStream),
        )
      );
      return ReadableStream.from(stream as AsyncIterable<Uint8Array>);
    },
  };
}
