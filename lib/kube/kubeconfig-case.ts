/** One row of the table of kubeconfigs (kubeconfig-cases.ts), and short notations for it. */

export interface Case {
  what: string;
  /** Text by path, in the case's own folder. */
  files: Record<string, string>;
  /** `KUBECONFIG`: the names of files in that folder. */
  list: string[];
  context?: string;
  /** The expected settings; `NAME_DATA` for a certificate or a key is the content of the file of that name. */
  use?: {
    context: string;
    namespace?: string;
    cluster: Record<string, unknown>;
    user?: Record<string, unknown>;
  };
  /** Gefyra's reason for refusing it. */
  refused?: RegExp;
  /** kubectl's message, if the two refuse at different points. */
  kubectl?: "uses it";
}

interface Parts {
  current?: string;
  clusters?: Record<string, object>;
  contexts?: Record<string, object>;
  users?: Record<string, object>;
}

/** JSON is YAML. */
export function config({ current, clusters = {}, contexts = {}, users = {} }: Parts): string {
  const list = (entries: Record<string, object>, one: string) =>
    Object.entries(entries).map(([name, value]) => ({ name, [one]: value }));
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    ...(current === undefined ? {} : { "current-context": current }),
    clusters: list(clusters, "cluster"),
    contexts: list(contexts, "context"),
    users: list(users, "user"),
  });
}

/** Nothing answers at this address. */
export const SERVER = "https://127.0.0.1:1";
export const one = (cluster: object = {}, user: object = {}, context: object = {}) =>
  config({
    current: "one",
    clusters: { c: { server: SERVER, ...cluster } },
    contexts: { one: { cluster: "c", user: "u", ...context } },
    users: { u: user },
  });
export const used = { context: "one", cluster: { server: SERVER } };
