/** The interface to a Docker engine. The only implementation is `dockerode.ts`. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions, ContainerInspectInfo, NetworkCreateOptions } from "dockerode";

export type Labels = Record<string, string>;

export interface Network {
  id: string;
  name: string;
  labels: Labels;
  internal?: boolean;
  /** IPv4 subnets in CIDR notation; empty for `host` and `none`. */
  subnets: string[];
  /** Present after `network`, empty after `networks`: address by container id. */
  containers: { id: string; name: string; ipv4: string | undefined }[];
}

export interface Volume {
  name: string;
  labels: Labels;
}

export interface Container {
  id: string;
  name: string;
  image: string;
  /** `running`, `exited`, `created`, `paused`, … */
  state: string;
  /** As in `docker ps`: "Up 2 minutes". */
  status: string;
  labels: Labels;
  /** IPv4 address by network name; running containers only. */
  addresses: Record<string, string>;
  /** Networks with a gateway, the one that Docker prefers as the default first; running containers only. */
  gateways?: string[];
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export type OutputSink = (chunk: Uint8Array) => void;

export interface AttachInput {
  /** Goes to the container until it ends. */
  stdin?: ReadableStream<Uint8Array>;
  /** The container has a terminal: all output comes as stdout. */
  tty?: boolean;
}

export interface ExecOptions extends AttachInput {
  /** `NAME=VALUE`. */
  env?: string[];
  user?: string | undefined;
  workdir?: string | undefined;
  stdout: OutputSink;
  stderr: OutputSink;
}

export interface Executing {
  /** Resolves with the command's exit code. */
  done: Promise<number>;
  /** The size of its terminal. */
  resize(size: { rows: number; columns: number }): Promise<void>;
}

export interface LogOptions {
  follow: boolean;
  /** Number of lines from the end. */
  tail?: number | undefined;
  /** Seconds since 1970. */
  since?: number | undefined;
  timestamps: boolean;
  /** The container has a terminal. */
  tty: boolean;
}

export interface Attached {
  /** Resolves when the container's output ends. */
  done: Promise<void>;
}

export interface EndpointOptions {
  /** The container's address, for its whole life; absent: Docker's choice. */
  ipv4?: string;
  /** Of the network's gateway as the default one; engines before Docker 28 ignore it. */
  gatewayPriority?: number;
  /** More names of the container in this network. */
  aliases?: string[];
}

export interface Engine {
  /** Version, operating system and, for people, the address; throws a `GefyraError` if no engine answers. */
  version(): Promise<{ version: string; os: string; at: string }>;

  /** The number of CPUs of its machine. */
  cpus(): Promise<number>;

  networks(labels: Labels): Promise<Network[]>;
  allNetworks(): Promise<Network[]>;
  network(name: string): Promise<Network | undefined>;
  createNetwork(options: NetworkCreateOptions): Promise<string>;
  connect(network: string, container: string, endpoint?: EndpointOptions): Promise<void>;
  /** No error if it is not in the network, or gone. */
  disconnect(network: string, container: string): Promise<void>;
  /** No error if it is already gone. */
  removeNetwork(id: string): Promise<void>;

  createVolume(name: string, labels: Labels): Promise<void>;
  volumes(labels: Labels): Promise<Volume[]>;
  removeVolume(name: string): Promise<void>;

  /** Containers in any state with all of these labels. */
  containers(labels: Labels): Promise<Container[]>;
  inspect(nameOrId: string): Promise<ContainerInspectInfo | undefined>;
  /** Creates the container without starting it. */
  create(options: ContainerCreateOptions): Promise<string>;
  /** No error if it already runs. */
  start(id: string): Promise<void>;
  /** Without a time: the container's own, else Docker's. */
  stop(id: string, timeoutSeconds?: number): Promise<void>;
  kill(id: string, signal: string): Promise<void>;
  /** Starts a stopped one, too. */
  restart(id: string, timeoutSeconds?: number): Promise<void>;
  /** Kills a running container, and removes its anonymous volumes; no error if it is already gone. */
  remove(id: string): Promise<void>;
  /** The exit code when the container next ends; call it before the start. */
  wait(id: string): Promise<number>;
  attach(id: string, stdout: OutputSink, stderr: OutputSink, input?: AttachInput): Promise<Attached>;
  /** The size of its terminal. */
  resize(id: string, size: { rows: number; columns: number }): Promise<void>;
  logs(id: string, tail: number): Promise<string>;
  /** Resolves when there is no more; with `follow`, when the container ends. */
  showLogs(id: string, options: LogOptions, stdout: OutputSink, stderr: OutputSink): Promise<void>;

  /** Runs a command inside; `stdin` is written and closed. */
  exec(id: string, command: string[], stdin?: Uint8Array | ReadableStream<Uint8Array>): Promise<ExecResult>;
  /** Runs a command inside, with this process's input and output. */
  execAttached(id: string, command: string[], options: ExecOptions): Promise<Executing>;
  /** Unpacks a tar into a folder of the container. */
  put(id: string, folder: string, tar: Uint8Array): Promise<void>;

  /** A local image; `undefined` if it does not exist. Its platform is `OS/ARCHITECTURE[/VARIANT]`. */
  image(name: string): Promise<{ id: string; labels: Labels; platform?: string } | undefined>;
  pull(name: string, onProgress: (line: string) => void, platform?: string): Promise<void>;
  /** The images as one `docker save` archive. */
  save(names: string[]): Promise<ReadableStream<Uint8Array>>;
}
