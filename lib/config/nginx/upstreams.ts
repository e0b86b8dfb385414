/**
 * Who is behind a port: the original, and each bridge. Each has one upstream per protocol, since Nginx keeps connections
 * per upstream: a request in HTTP/1.1 would be written onto a kept connection that speaks HTTP/2. Pure.
 */
import type { CarrierRoute, CarrierServer } from "./server.ts";
import { block } from "./syntax.ts";

/** The protocol in which an upstream is asked. One port may be there for several, over TCP and UDP, too. */
export type Asked = "http1" | "http2" | "tcp" | "udp";

/** Of the upstream that asks `name` in a protocol. */
export const upstreamName = (asked: Asked, name: string): string => `${asked}_${name}`;

export const routeName = ({ port }: CarrierServer, { bridge }: CarrierRoute): string => `${port}_${bridge}`;

/** No bridge is called so, since their names come after the port. */
export const originalName = ({ port }: CarrierServer): string => `original_${port}`;

/** The route for all that no other route takes. */
export const openRoute = ({ routes }: CarrierServer): CarrierRoute | undefined =>
  routes.find(({ match }) => match === undefined);

/** Where that leads which is not asked for by any match; `undefined` is nowhere. */
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

/** The first is asked; each other one stands in where those before it refuse. None is ever given up. */
function upstream(name: string, servers: string[], more: string[]): string {
  const lines = servers.map((server, index) => `server ${server} max_fails=0${index ? " backup" : ""};`);
  return block(`upstream ${name}`, [...lines, ...more]);
}
