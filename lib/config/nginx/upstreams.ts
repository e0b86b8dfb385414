/**
 * The upstreams of a port: the original, and each bridge. Each has one upstream per protocol, because Nginx keeps
 * connections per upstream: a request in HTTP/1.1 would be written onto a kept connection that uses HTTP/2. Pure.
 */
import type { CarrierRoute, CarrierServer } from "./server.ts";
import { block } from "./syntax.ts";

/** The protocol of an upstream. One port may have several, also TCP and UDP. */
export type Asked = "http1" | "http2" | "tcp" | "udp";

/** The name of the upstream for `name` in a protocol. */
export const upstreamName = (asked: Asked, name: string): string => `${asked}_${name}`;

export const routeName = ({ port }: CarrierServer, { bridge }: CarrierRoute): string => `${port}_${bridge}`;

/** No bridge has this name, because bridges' names come after the port. */
export const originalName = ({ port }: CarrierServer): string => `original_${port}`;

/** The route for all requests that no other route matches. */
export const openRoute = ({ routes }: CarrierServer): CarrierRoute | undefined =>
  routes.find(({ match }) => match === undefined);

/** Where requests without a match go; `undefined` means nowhere. */
export function defaultName(server: CarrierServer): string | undefined {
  const open = openRoute(server);
  if (open) return routeName(server, open);
  return server.original && originalName(server);
}

export function originalUpstream(asked: Asked, server: CarrierServer, more: string[] = []): string[] {
  const addresses = originalAddresses(server);
  return addresses.length ? [upstream(upstreamName(asked, originalName(server)), addresses, more)] : [];
}

export function routeUpstream(
  asked: Asked,
  server: CarrierServer,
  route: CarrierRoute,
  more: string[] = [],
): string {
  const fallback = route.fallback ? originalAddresses(server) : [];
  return upstream(upstreamName(asked, routeName(server, route)), [route.upstream, ...fallback], more);
}

function originalAddresses({ original }: CarrierServer): string[] {
  return original?.addresses.map((address) => `${address}:${original.port}`) ?? [];
}

/**
 * Nginx uses the first server; each other one is a backup if the earlier ones refuse. No server is ever marked as down.
 */
function upstream(name: string, servers: string[], more: string[]): string {
  const lines = servers.map((server, index) => `server ${server} max_fails=0${index ? " backup" : ""};`);
  return block(`upstream ${name}`, [...lines, ...more]);
}
