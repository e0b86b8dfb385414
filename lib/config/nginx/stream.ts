/** The stream block: ports whose bytes are passed on, and the entry to those that use HTTP. */
import type { CarrierServer } from "./server.ts";
import { block } from "./syntax.ts";
import {
  type Asked,
  defaultName,
  openRoute,
  originalUpstream,
  routeUpstream,
  upstreamName,
} from "./upstreams.ts";

/** A connection may be silent for a long time; the kernel's keepalive finds dead ones. */
const STREAM = `proxy_timeout 1d;
proxy_connect_timeout 5s;
proxy_half_close on;
proxy_socket_keepalive on;
proxy_buffer_size 32k;`;

/** One of the preread module's protocols; see images/carrier/modules/preread. */
export type Protocol = "http1" | "http2" | "raw";

/** The socket within Nginx for a port's connections of one protocol. */
export const inner = ({ port }: CarrierServer, protocol: Protocol): string => `unix:${port}-${protocol}.sock`;

export function streamBlock(servers: CarrierServer[]): string {
  return block("stream", [STREAM, ...servers.flatMap(upstreams), ...servers.flatMap(listeners)]);
}

function upstreams(server: CarrierServer): string[] {
  const open = openRoute(server);
  return open ? [routeUpstream(asked(server), server, open)] : originalUpstream(asked(server), server);
}

const asked = ({ protocol }: CarrierServer): Asked => protocol === "UDP" ? "udp" : "tcp";

function listeners(server: CarrierServer): string[] {
  const name = defaultName(server);
  const pass = name ? `proxy_pass ${upstreamName(asked(server), name)};` : `return "";`;
  if (server.protocol === "UDP") {
    return [block("server", [`listen ${server.listen} udp;`, "proxy_timeout 60s;", pass])];
  }
  const listen = `listen ${server.listen} so_keepalive=on;`;
  if (server.kind === "tcp") return [block("server", [listen, pass])];
  const preread = [`http_preread ${server.port};`, "preread_buffer_size 1k;", "preread_timeout 60s;"];
  return [
    block("server", [listen, ...preread, `pass unix:${server.port}-$http_preread_protocol.sock;`]),
    block("server", [`listen ${inner(server, "raw")};`, pass]),
  ];
}
