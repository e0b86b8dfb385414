/** What Gefyra needs of a Kubernetes API server. The only implementation is `kubernetes.ts`. */
import type { KubernetesObject, ObjectRef } from "../api/objects.ts";

export interface Selection {
  apiVersion: string;
  kind: string;
  /** All namespaces when absent. */
  namespace?: string | undefined;
  /** As in `kubectl -l`. */
  labels?: string | undefined;
  /** As in `kubectl --field-selector`. */
  fields?: string | undefined;
}

export interface Access {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
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

export interface PatchOptions {
  strategic?: boolean;
  subresource?: "status" | "ephemeralcontainers";
}

/** How an API server proves that it is the right one. */
export interface ServerTrust {
  /** Certificates in PEM; absent: those that the machine trusts. */
  ca?: string;
  /** The name in its certificate, where it is not that of its address. */
  serverName?: string;
  /** It need not prove anything (`insecure-skip-tls-verify`). */
  insecure: boolean;
}

export type WatchEvent<T> = { type: "ADDED" | "MODIFIED" | "DELETED"; object: T };

export interface Cluster {
  /** Name of the kubeconfig context; `in-cluster` for the operator. */
  context: string;
  /** Address of the API server as the kubeconfig has it. */
  server: URL;
  trust: ServerTrust;
  /** The proxy through which it is reached (`proxy-url`): `http`, `https` or `socks5`, maybe with a password. */
  proxy?: string;
  /** The context's namespace, `default` when it names none. */
  namespace: string;
  /** e.g. `v1.34.4`; fails with a `GefyraError` when no API server answers or the credentials are refused. */
  version(): Promise<string>;

  /** `undefined` when there is no such object, or no such kind. */
  get<T extends KubernetesObject>(ref: ObjectRef): Promise<T | undefined>;
  list<T extends KubernetesObject>(selection: Selection): Promise<T[]>;
  /** Server-side apply with Gefyra's field manager; takes over conflicting fields. */
  apply<T extends KubernetesObject>(object: T): Promise<T>;
  /** Creates; a `GefyraError` with exit `conflict` when it exists. `dryRun`: checked by the API server, and not kept. */
  create<T extends KubernetesObject>(object: T, options?: { dryRun?: boolean }): Promise<T>;
  /** JSON merge patch, or strategic merge for built-in kinds; `undefined` when the object is gone. */
  patch<T extends KubernetesObject>(
    ref: ObjectRef,
    patch: object,
    options?: PatchOptions,
  ): Promise<T | undefined>;
  /** False when it was gone already. */
  remove(ref: ObjectRef, options?: { gracePeriodSeconds?: number }): Promise<boolean>;
  /** Lists, then follows changes for ever, reconnecting by itself. Returns the function that ends it. */
  watch<T extends KubernetesObject>(
    selection: Selection,
    onEvent: (event: WatchEvent<T>) => void,
    onError: (error: Error) => void,
  ): Promise<() => void>;
  /** Runs a command in a container; `stdin` is written and closed (API servers from v1.30 on). */
  exec(target: ExecTarget, command: string[], stdin?: Uint8Array): Promise<ExecResult>;
  /** The last lines that a container wrote, or wrote before its last restart. */
  logs(target: ExecTarget, options: { tail: number; previous?: boolean }): Promise<string>;
  /** A token of a service account (TokenRequest); a cluster may give it a shorter life. */
  token(serviceAccount: { namespace: string; name: string }, lifetimeSeconds: number): Promise<string>;
  /** SelfSubjectAccessReview. */
  allowed(access: Access): Promise<boolean>;
}
