/** The Kubernetes API through the official client, which is loaded only when it is needed. */
import type { Configuration, KubeConfig, KubernetesListObject } from "@kubernetes/client-node";
import retry from "p-retry";
import { gvk } from "../api/gvk.ts";
import { type KubernetesObject, refOf } from "../api/objects.ts";
import { FIELD_MANAGER } from "../names.ts";
import { ApiError, explained, isAnswer, orUndefined } from "./api-errors.ts";
import type { Access } from "../api/access.ts";
import type { Cluster, PatchOptions, Selection, WatchEvent } from "./cluster.ts";
import type { ClusterOptions } from "./config.ts";
import { keepConnections } from "./connections.ts";
import { REQUEST_TIMEOUT_MS } from "./deadline.ts";
import { execInPod } from "./exec.ts";
import { allPages, type PageOf } from "./pages.ts";
import { collectionPath, objectPath } from "./paths.ts";
import { reviewUser } from "./user.ts";
import { watchFrom, type WatchSource } from "./watch.ts";

type Client = typeof import("./client.ts");

const load = () => Promise.all([import("./client.ts"), import("./config.ts")]);

/** Begins to load the client, for what needs a cluster as soon as something else has answered. */
export function loadClient(): void {
  // What is wrong with it is told to those who use it.
  load().catch(() => {});
}

export async function connectCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const [k8s, { loadConfig, trustOf }] = await load();
  const config = loadConfig(k8s, options);
  keepConnections(config);
  const request = requester(config);
  const { server: address = "https://127.0.0.1", proxyUrl: proxy } = config.getCurrentCluster() ?? {};
  const server = new URL(address);
  // A stream does not notice that its server is gone if the server cannot say so. The caller's own failing request ends
  // it.
  let line = new AbortController();
  const reach = <T>(call: () => Promise<T>) =>
    explained(server, async () => {
      try {
        return await call();
      } catch (error) {
        if (!isAnswer(error)) {
          line.abort();
          line = new AbortController();
        }
        throw error;
      }
    });
  const list = async <T extends KubernetesObject>(selection: Selection) => {
    const { apiVersion, kind, labels: labelSelector, fields: fieldSelector } = selection;
    const page: PageOf<T> = (part) =>
      orUndefined(() =>
        request<KubernetesListObject<T>>("GET", collectionPath(selection), {
          query: { labelSelector, fieldSelector, ...part },
        })
      );
    const found = await allPages<T>(
      page,
      (item) => reduced(selection, { ...item, apiVersion, kind }),
      selection.page,
    );
    return { items: found?.items ?? [], metadata: found?.metadata ?? {} } as KubernetesListObject<T>;
  };

  return {
    context: config.getCurrentContext(),
    server,
    ...(proxy ? { proxy } : {}),
    get trust() {
      return trustOf(config);
    },
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? "default",
    version: () => reach(async () => (await request<{ gitVersion: string }>("GET", "/version")).gitVersion),
    get: (ref) => reach(() => orUndefined(() => request("GET", objectPath(ref)))),
    list: <T extends KubernetesObject>(selection: Selection) =>
      reach(async () => (await list<T>(selection)).items),
    apply: (object) =>
      reach(() =>
        request("PATCH", objectPath(refOf(object)), {
          query: { fieldManager: FIELD_MANAGER, force: "true" },
          contentType: "application/apply-patch+yaml",
          body: object,
        })
      ),
    create: (object, { dryRun } = {}) =>
      reach(() =>
        request("POST", collectionPath(refOf(object)), {
          query: { fieldManager: FIELD_MANAGER, dryRun: dryRun ? "All" : undefined },
          body: object,
        })
      ),
    patch: (ref, body, { strategic, subresource }: PatchOptions = {}) =>
      reach(() =>
        orUndefined(() =>
          request("PATCH", objectPath(ref, subresource), {
            query: { fieldManager: FIELD_MANAGER },
            contentType: `application/${strategic ? "strategic-merge" : "merge"}-patch+json`,
            body,
          })
        )
      ),
    remove: (ref, { gracePeriodSeconds } = {}) =>
      reach(async () => {
        const body = { propagationPolicy: "Background", gracePeriodSeconds };
        return await orUndefined(() => request("DELETE", objectPath(ref), { body })) !== undefined;
      }),
    watch: <T extends KubernetesObject>(
      selection: Selection,
      onEvent: (event: WatchEvent<T>) => void,
      onError: (error: Error) => void,
    ) =>
      watchFrom<T>(
        {
          list: () => reach(() => list<T>(selection)),
          stream: (version, onEvent, signal) =>
            stream<T>(k8s, config, selection)(version, onEvent, AbortSignal.any([signal, line.signal])),
        },
        onEvent,
        onError,
      ),
    exec: (target, command, options) => reach(() => execInPod(k8s, config, target, command, options)),
    logs: ({ namespace, pod, container }, { tail, previous }) =>
      reach(() => {
        const path = objectPath({ ...gvk.Pod, namespace, name: pod }, "log");
        const query = { container, tailLines: `${tail}`, ...(previous ? { previous: "true" } : {}) };
        return request<string>("GET", path, { query, plain: true });
      }),
    token: ({ namespace, name }, lifetimeSeconds) =>
      reach(async () => {
        const ref = { ...gvk.ServiceAccount, namespace, name };
        const body = {
          ...gvk.TokenRequest,
          spec: { expirationSeconds: lifetimeSeconds },
        };
        const path = objectPath(ref, "token");
        return (await request<{ status: { token: string } }>("POST", path, { body })).status.token;
      }),
    allowed: (access: Access) =>
      reach(async () => {
        const body = {
          ...gvk.SelfSubjectAccessReview,
          spec: { resourceAttributes: access },
        };
        const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        return (await request<{ status?: { allowed?: boolean } }>("POST", path, { body })).status?.allowed ??
          false;
      }),
    user: () => reach(() => reviewUser(request)),
    serves: ({ apiVersion, kind }) =>
      reach(async () => {
        const known = await orUndefined(() =>
          request<{ resources?: { kind: string }[] }>("GET", `/apis/${apiVersion}`)
        );
        return known?.resources?.some((resource) => resource.kind === kind) ?? false;
      }),
  };
}

/** Looks like one of the client's generated APIs: it receives the authentication, TLS and HTTP. */
class OwnApi {
  constructor(readonly configuration: Configuration) {}
}

interface RequestOptions {
  query?: Record<string, string | undefined>;
  contentType?: string;
  body?: unknown;
  /** The answer is text. */
  plain?: boolean;
}

/**
 * Plain JSON in and out. The client's typed calls do not support generic subresources and drop unknown fields; only its
 * authentication, TLS and HTTP are used.
 */
function requester(config: KubeConfig) {
  const { configuration } = config.makeApiClient(OwnApi as never) as unknown as OwnApi;
  const send = async <T>(method: string, path: string, options: RequestOptions): Promise<T> => {
    const context = configuration.baseServer.makeRequestContext(path, method as never);
    context.setHeaderParam("Accept", options.plain ? "*/*" : "application/json");
    for (const [key, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) context.setQueryParam(key, value);
    }
    if (options.body !== undefined) {
      context.setHeaderParam("Content-Type", options.contentType ?? "application/json");
      context.setBody(JSON.stringify(options.body));
    }
    await configuration.authMethods.default?.applySecurityAuthentication(context);
    context.setSignal(AbortSignal.timeout(REQUEST_TIMEOUT_MS));
    const response = await configuration.httpApi.send(context).toPromise();
    const text = await response.body.text();
    if (response.httpStatusCode >= 300) throw new ApiError(response.httpStatusCode, statusMessage(text));
    return (options.plain ? text : jsonOf(text, response.httpStatusCode)) as T;
  };
  return <T>(method: string, path: string, options: RequestOptions = {}): Promise<T> =>
    retry(() => send<T>(method, path, options), WHILE_BUSY);
}

/** As client-go: whoever is told to come back later does. A definition that is new has no storage for a moment. */
const WHILE_BUSY = {
  retries: 10,
  minTimeout: 1000,
  factor: 1,
  shouldRetry: ({ error }: { error: Error }) => error instanceof ApiError && error.code === 429,
};

const reduced = <T extends KubernetesObject>({ reduce }: Selection, object: T): T =>
  reduce ? reduce(object) as T : object;

/** Something else than an API server, such as a login page, may answer with success. */
function jsonOf(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(status, `the server is not an API server: it answers "${text.trim().slice(0, 40)}"`);
  }
}

function statusMessage(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.split("\n")[0] ?? "";
  }
}

/**
 * The server ends a stream after this time. The client gives a stream up after 30 s without an event, and under Deno it
 * does not report that, so the server must be first.
 */
const STREAM_S = 25;

function stream<T extends KubernetesObject>(
  k8s: Client,
  config: KubeConfig,
  selection: Selection,
): WatchSource<T>["stream"] {
  const path = collectionPath(selection), { apiVersion, kind, labels, fields } = selection;
  return (resourceVersion, onEvent, signal) =>
    new Promise((resolve, reject) => {
      const query = {
        resourceVersion,
        labelSelector: labels,
        fieldSelector: fields,
        allowWatchBookmarks: true,
        timeoutSeconds: STREAM_S,
      };
      const done = (error: Error | null | undefined) => error && !signal.aborted ? reject(error) : resolve();
      new k8s.Watch(config).watch(
        path,
        query,
        (type: string, object: T & object) =>
          onEvent(type, reduced(selection, { ...object, apiVersion, kind })),
        done,
      ).then((request) => {
        const abort = () => {
          request.abort();
          resolve();
        };
        if (signal.aborted) abort();
        else signal.addEventListener("abort", abort);
      }, reject);
    });
}
