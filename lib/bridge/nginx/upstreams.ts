/** Who is behind a port: the original, and each bridge. */
import type { CarrierRoute, CarrierServer } from "../nginx.ts";
import { block } from "./syntax.ts";

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

export function originalUpstream(server: CarrierServer, more: string[]): string[] {
  const addresses = originalAddresses(server);
  return addresses.length ? [upstream(originalName(server), addresses, more)] : [];
}

export function routeUpstream(server: CarrierServer, route: CarrierRoute, more: string[]): string {
  const fallback = route.fallback ? originalAddresses(server) : [];
  return upstream(routeName(server, route), [route.upstream, ...fallback], more);
}

function originalAddresses({ original }: CarrierServer): string[] {
  return original?.addresses.map((address) => `${address}:${original.port}`) ?? [];
}

/** The first is asked; each other one stands in where those before it refuse. None is ever given up. */
function upstream(name: string, servers: string[], more: string[]): string {
  const lines = servers.map((server, index) => `server ${server} max_fails=0${index ? " backup" : ""};`);
  return block(`upstream ${name}`, [...lines, ...more]);
}
