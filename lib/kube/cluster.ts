/** The interface to a Kubernetes API server. The only implementation is `kubernetes.ts`. */
import type { Access } from "../api/access.ts";
import type { KubernetesObject, ObjectRef } from "../api/objects.ts";
import type { User } from "../api/owner.ts";

export interface Selection {
  apiVersion: string;
  kind: string;
  /** All namespaces when absent. */
  namespace?: string | undefined;
  /** As in `kubectl -l`. */
  labels?: string | undefined;
  /** As in `kubectl --field-selector`. */
  fields?: string | undefined;
  /** Removes what the caller does not need from each object, as soon as it is here. */
  reduce?: (object: KubernetesObject) => KubernetesObject;
  /** Objects in one answer of the API server; default: `PAGE`. Fewer where memory is short and objects may be large. */
  page?: number;
}

export interface ExecTarget {
  namespace: string;
  pod: string;
  container: string;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface ExecOptions {
  /** Written to the command, and closed (API servers from v1.30 on). */
  stdin?: Uint8Array;
  /** Default: `EXEC_TIMEOUT_MS`. */
  timeoutMs?: number;
}

export interface PatchOptions {
  strategic?: boolean;
  subresource?: "status" | "ephemeralcontainers";
}

/** How an API server's certificate is verified. */
export interface ServerTrust {
  /** Certificates in PEM; absent: those that the machine trusts. */
  ca?: string;
  /** The name in its certificate, where it is not that of its address. */
  serverName?: string;
  /** The certificate is not verified (`insecure-skip-tls-verify`). */
  insecure: boolean;
}

export type WatchEvent<T> = { type: "ADDED" | "MODIFIED" | "DELETED"; object: T };

export interface Cluster {
  /** Name of the kubeconfig context; `in-cluster` for the operator. */
  context: string;
  /** Address of the API server as the kubeconfig has it. */
  server: URL;
  trust: ServerTrust;
  /** The proxy (`proxy-url`): `http`, `https` or `socks5`, possibly with a password. */
  proxy?: string;
  /** The context's namespace, `default` when it names none. */
  namespace: string;
  /** e.g. `v1.34.4`; throws a `GefyraError` if no API server answers or the credentials are refused. */
  version(): Promise<string>;

  /** `undefined` when there is no such object, or no such kind. */
  get<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined>;
  list<T extends KubernetesObject>(selection: Selection): Promise<T[]>;
  /** Server-side apply with Gefyra's field manager; overwrites conflicting fields. */
  apply<T extends KubernetesObject>(object: T): Promise<T>;
  /**
   * Creates an object; throws a `GefyraError` with exit `conflict` if it exists. `dryRun`: the API server checks it
   * without storing it.
   */
  create<T extends KubernetesObject>(object: T, options?: { dryRun?: boolean }): Promise<T>;
  /** JSON merge patch, or strategic merge for built-in kinds; `undefined` if the object is gone. */
  patch<T extends KubernetesObject>(
    ref: ObjectRef,
    patch: object,
    options?: PatchOptions,
  ): Promise<T | undefined>;
  /** False if it was already gone. */
  remove(ref: ObjectRef, options?: { gracePeriodSeconds?: number }): Promise<boolean>;
  /** Lists, then watches for changes and reconnects by itself. Returns the function that ends it. */
  watch<T extends KubernetesObject>(
    selection: Selection,
    onEvent: (event: WatchEvent<T>) => void,
    onError: (error: Error) => void,
  ): Promise<() => void>;
  /**
   * Runs a command in a container. Throws a `GefyraError` with the id `unreachable-pod` if it does not end in time or
   * prints more than `EXEC_OUTPUT_LIMIT`, and with `exec-failed` if it does not start.
   */
  exec(target: ExecTarget, command: string[], options?: ExecOptions): Promise<ExecResult>;
  /** The last lines of a container's log, or of its log before the last restart. */
  logs(target: ExecTarget, options: { tail: number; previous?: boolean }): Promise<string>;
  /** A token of a service account (TokenRequest); a cluster may shorten its life. */
  token(serviceAccount: { namespace: string; name: string }, lifetimeSeconds: number): Promise<string>;
  /** SelfSubjectAccessReview. */
  allowed(access: Access): Promise<boolean>;
  /** Whom the API server takes this user for (SelfSubjectReview, from Kubernetes 1.28 on): also if impersonated. */
  user(): Promise<User>;
  /** Whether the API server knows a kind. */
  serves(kind: { apiVersion: string; kind: string }): Promise<boolean>;
}
