/** Adds and removes a lab's context in a kubeconfig; everything else in the file, including comments, stays. */
import { Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { GROUP } from "../names.ts";

/** Base64 of PEM, as in every kubeconfig. */
export interface Credentials {
  server: string;
  certificateAuthority: string;
  certificate: string;
  key: string;
}

/** Name of the context's extension that stores the previous current context. */
const EXTENSION = `${GROUP}/lab`;

/** Adds or replaces the context and makes it current. */
export function withContext(text: string, context: string, credentials: Credentials): string {
  const kubeconfig = parse(text);
  const current = kubeconfig.get("current-context");
  const previous = current === context ? previousOf(kubeconfig, context) : current;
  const { server, certificateAuthority, certificate, key } = credentials;
  put(kubeconfig, "clusters", context, {
    cluster: { server, "certificate-authority-data": certificateAuthority },
  });
  put(kubeconfig, "users", context, {
    user: { "client-certificate-data": certificate, "client-key-data": key },
  });
  put(kubeconfig, "contexts", context, {
    context: {
      cluster: context,
      user: context,
      extensions: [{ name: EXTENSION, extension: { previousContext: String(previous ?? "") } }],
    },
  });
  kubeconfig.set("current-context", context);
  return kubeconfig.toString({ lineWidth: 0 });
}

/** Removes the context; if it is current, the previous one becomes current again. */
export function withoutContext(text: string, context: string): string {
  const kubeconfig = parse(text);
  if (!entryOf(kubeconfig, "contexts", context)) return text;
  if (kubeconfig.get("current-context") === context) {
    const previous = previousOf(kubeconfig, context);
    kubeconfig.set("current-context", entryOf(kubeconfig, "contexts", previous) ? previous : "");
  }
  for (const list of ["clusters", "users", "contexts"]) take(kubeconfig, list, context);
  return kubeconfig.toString({ lineWidth: 0 });
}

/** Whether the file has no content left. */
export function isEmpty(text: string): boolean {
  const { clusters = [], users = [], contexts = [] } = parse(text).toJS() ?? {};
  return [clusters, users, contexts].every((list) => (list ?? []).length === 0) && !text.includes("#");
}

function parse(text: string): Document {
  const document = parseDocument(text) as Document;
  if (document.errors.length > 0) throw document.errors[0];
  if (isMap(document.contents)) return document;
  return new Document({ apiVersion: "v1", kind: "Config", clusters: [], users: [], contexts: [] });
}

function listOf(kubeconfig: Document, list: string): YAMLSeq<YAMLMap> {
  const found = kubeconfig.get(list);
  if (isSeq(found)) return found as YAMLSeq<YAMLMap>;
  const empty = kubeconfig.createNode([]) as YAMLSeq<YAMLMap>;
  kubeconfig.set(list, empty);
  return empty;
}

function entryOf(kubeconfig: Document, list: string, name: string): YAMLMap | undefined {
  return listOf(kubeconfig, list).items.find((item) => item.get("name") === name);
}

function put(kubeconfig: Document, list: string, name: string, value: Record<string, unknown>): void {
  const entries = listOf(kubeconfig, list);
  const entry = kubeconfig.createNode({ name, ...value }) as YAMLMap;
  const index = entries.items.findIndex((item) => item.get("name") === name);
  if (index < 0) entries.items.push(entry);
  else entries.items[index] = entry;
  // An empty list is written as [], and a cluster in it would become one long line.
  entries.flow = false;
}

function take(kubeconfig: Document, list: string, name: string): void {
  const entries = listOf(kubeconfig, list);
  entries.items = entries.items.filter((item) => item.get("name") !== name);
}

function previousOf(kubeconfig: Document, context: string): string {
  const entry = entryOf(kubeconfig, "contexts", context)?.toJS(kubeconfig);
  const extensions: { name: string; extension?: { previousContext?: string } }[] =
    entry?.context?.extensions ?? [];
  return extensions.find(({ name }) => name === EXTENSION)?.extension?.previousContext ?? "";
}
