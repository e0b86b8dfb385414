/** Parses a kubeconfig into checked settings with absolute paths, and merges several. Pure. */
import { dirname, isAbsolute, join, sep } from "node:path";
import { parseAllDocuments } from "yaml";

export interface ClusterSettings {
  server?: string;
  "certificate-authority"?: string;
  /** Base64 of PEM. */
  "certificate-authority-data"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "tls-server-name"?: string;
  "proxy-url"?: string;
  extensions?: unknown;
}

export interface ContextSettings {
  cluster?: string;
  user?: string;
  namespace?: string;
}

export interface ExecSettings {
  apiVersion?: string;
  command?: string;
  args?: string[];
  env?: { name: string; value: string }[];
  installHint?: string;
  provideClusterInfo?: boolean;
  interactiveMode?: string;
}

export interface UserSettings {
  "client-certificate"?: string;
  "client-certificate-data"?: string;
  "client-key"?: string;
  "client-key-data"?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  as?: string;
  "as-uid"?: string;
  "as-groups"?: string[];
  "as-user-extra"?: Record<string, string[]>;
  exec?: ExecSettings;
  "auth-provider"?: { name?: string; config?: Record<string, string> };
}

export interface Kubeconfig {
  /** Empty where there is none. */
  currentContext: string;
  clusters: Map<string, ClusterSettings>;
  contexts: Map<string, ContextSettings>;
  users: Map<string, UserSettings>;
}

type Read = (value: unknown, where: string) => unknown;

/** Every field that is read, and its type. It lists the names of the types above. */
const cluster = fields({
  server: text,
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": flag,
  "tls-server-name": text,
  "proxy-url": text,
  extensions: (value) => value,
});
const context = fields({ cluster: text, user: text, namespace: text });
const user = fields({
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  "as-uid": text,
  "as-groups": listOf(text),
  "as-user-extra": recordOf(listOf(text)),
  exec: fields({
    apiVersion: text,
    command: text,
    args: listOf(text),
    env: listOf(fields({ name: text, value: text })),
    installHint: text,
    provideClusterInfo: flag,
    interactiveMode: text,
  }),
  "auth-provider": fields({ name: text, config: recordOf(text) }),
});

/** Throws its problems without the values, which may be secret. `file`: relative paths start there. */
export function readKubeconfig(source: string, file: string): Kubeconfig {
  const content = parsed(source) ?? {};
  const root = fields({ apiVersion: text, kind: text, "current-context": text })(content, "it") as {
    apiVersion?: string;
    kind?: string;
    "current-context"?: string;
  };
  const { apiVersion = "v1", kind = "Config" } = root;
  if (apiVersion !== "v1" || kind !== "Config") throw new Error(`it is a ${kind} of ${apiVersion}`);
  const lists = content as Record<string, unknown>;
  const folder = dirname(file);
  const clusters = named<ClusterSettings>(lists.clusters, "clusters", "cluster", cluster);
  for (const one of clusters.values()) resolve(one, ["certificate-authority"], folder);
  const users = named<UserSettings>(lists.users, "users", "user", user);
  for (const one of users.values()) {
    resolve(one, ["client-certificate", "client-key", "tokenFile"], folder);
    // A command without a separator is searched in PATH.
    if (one.exec?.command?.includes(sep)) resolve(one.exec, ["command"], folder);
  }
  return {
    currentContext: root["current-context"] ?? "",
    clusters,
    contexts: named<ContextSettings>(lists.contexts, "contexts", "context", context),
    users,
  };
}

/** The first entry of each name wins as a whole, and so does the first current context. */
export function mergeKubeconfigs(all: Kubeconfig[]): Kubeconfig {
  const first = <T>(maps: Map<string, T>[]) => new Map(maps.toReversed().flatMap((map) => [...map]));
  return {
    currentContext: all.map(({ currentContext }) => currentContext).find(Boolean) ?? "",
    clusters: first(all.map(({ clusters }) => clusters)),
    contexts: first(all.map(({ contexts }) => contexts)),
    users: first(all.map(({ users }) => users)),
  };
}

/** As in kubectl, the first document counts and, of a duplicate key, the last value. */
function parsed(source: string): unknown {
  const [document] = parseAllDocuments(source, { uniqueKeys: false, prettyErrors: true, logLevel: "silent" });
  if (!document) return undefined;
  const [error] = document.errors;
  // The lines after the first quote the text.
  if (error) throw new Error(`it is not valid YAML: ${error.message.split("\n")[0]?.replace(/:$/, "")}`);
  return document.toJS();
}

function named<T>(value: unknown, list: string, one: string, read: Read): Map<string, T> {
  const entries = listOf(fields({ name: text, [one]: read }))(value ?? [], list) as Record<string, unknown>[];
  const found = new Map<string, T>();
  for (const { name = "", [one]: settings = {} } of entries) {
    if (found.has(name as string)) throw new Error(`${list} has "${name}" twice`);
    found.set(name as string, settings as T);
  }
  return found;
}

function resolve<T>(settings: T, paths: (keyof T)[], folder: string): void {
  for (const path of paths) {
    const value = settings[path] as string | undefined;
    if (value && !isAbsolute(value)) settings[path] = join(folder, value) as T[keyof T];
  }
}

/** Null fields count as absent; unknown fields are ignored. */
function fields(known: Record<string, Read>): Read {
  return (value, where) => {
    const source = record(value, where);
    const present = Object.entries(known).filter(([name]) => (source[name] ?? undefined) !== undefined);
    return Object.fromEntries(present.map(([name, read]) => [name, read(source[name], within(where, name))]));
  };
}

function listOf(read: Read): Read {
  return (value, where) => {
    if (!Array.isArray(value)) throw new Error(`${where} is not a list`);
    return value.map((one, i) => read(one ?? {}, `${where}[${i}]`));
  };
}

function recordOf(read: Read): Read {
  return (value, where) =>
    Object.fromEntries(
      Object.entries(record(value, where)).map(([name, one]) => [name, read(one, within(where, name))]),
    );
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`${where} is not a mapping`);
}

function text(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw new Error(`${where} is not text`);
}

function flag(value: unknown, where: string): boolean {
  if (typeof value === "boolean") return value;
  throw new Error(`${where} is neither true nor false`);
}

const within = (where: string, name: string) => where === "it" ? name : `${where}.${name}`;
