/** Options with which dockerode reaches an endpoint, and the error if it does not. */
// @ts-types="@types/dockerode"
import type Docker from "dockerode";
import { Agent } from "node:https";
import { GefyraError, messageOf } from "../errors.ts";
import { describeEndpoint, type Endpoint } from "./endpoint.ts";

/** Ports, volumes and the tunnel's ends would be on another machine, and `ssh2` would slow down every start. */
export function refuseSsh({ host }: Endpoint): void {
  if (!host.startsWith("ssh:")) return;
  throw new GefyraError("docker-over-ssh", `Cannot use Docker at ${host}: Gefyra does not support SSH`, {
    exit: "unreachable",
    hint:
      "forward the socket (`ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST`), with DOCKER_HOST=unix:///tmp/docker.sock",
  });
}

/** Options for dockerode, which by itself supports `DOCKER_HOST` only. */
export function dockerOptions({ host, tls }: Endpoint): Docker.DockerOptions {
  const socket = host.match(/^(?:unix|npipe):\/\/(.*)$/)?.[1];
  if (socket) return { socketPath: socket };
  const { hostname, port, protocol } = new URL(host.replace(/^tcp:/, "http:"));
  if (!tls && protocol === "http:") return { host: hostname, port: port || 2375, protocol: "http" };
  const { ca, cert, key, verify } = tls ?? { verify: true };
  const files = { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
  // dockerode does not pass on that the certificate must not be verified.
  const agent = verify ? {} : { agent: new Agent({ ...files, rejectUnauthorized: false }) };
  return { host: hostname, port: port || 2376, protocol: "https", ...files, ...agent };
}

export function unreachable(endpoint: Endpoint, cause: unknown): GefyraError {
  const at = describeEndpoint(endpoint);
  return new GefyraError("docker-unreachable", `Cannot reach Docker at ${at}: ${messageOf(cause)}`, {
    exit: "unreachable",
    hint:
      "start Docker, or choose another with DOCKER_HOST or `docker context use NAME`; you must be allowed to " +
      "use it (`docker ps`)",
    cause,
  });
}
