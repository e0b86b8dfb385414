/**
 * Keeps connections to the API server open between requests. The client library opens one for every request, and most of
 * the time of a short request is its TLS handshake.
 */
import type { KubeConfig } from "@kubernetes/client-node";
import type { ConnectionOptions } from "node:tls";
import type { Agent, Dispatcher } from "undici";

type Library = {
  createDispatcher(cluster: unknown, tls: ConnectionOptions): Dispatcher | undefined;
};

/**
 * Makes a config use the same connections as long as its credentials stay the same: certificates may be renewed. An idle
 * connection is closed after 4 s (`keepAliveTimeout` of undici), earlier than an API server does.
 */
export function keepConnections(config: KubeConfig): void {
  const library = config as unknown as Library;
  const create = library.createDispatcher.bind(library);
  let kept: { credentials: string; dispatcher: Dispatcher | undefined } | undefined;
  library.createDispatcher = (cluster, tls) => {
    const credentials = JSON.stringify(tls);
    if (kept?.credentials !== credentials) {
      // Requests that are under way end first.
      void (kept?.dispatcher as Agent | undefined)?.close().catch(() => {});
      kept = { credentials, dispatcher: create(cluster, tls) };
    }
    return kept.dispatcher;
  };
}
