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

/**
 * Connections that one client address may have, as a part of Nginx's slots: on an `http` port each takes up to four slots,
 * on a `tcp` port two. What remains is for others.
 */
export const SHARE = { http: 49 / 200, tcp: 1 / 3 } as const;

const ZONE = "addresses";

/** A client that is gone without a word is found after a quarter of an hour; others may be silent for as long as they like. */
const KEEPALIVE = "so_keepalive=10m:60s:5";

/** One of the preread module's protocols; see images/carrier/modules/preread. */
export type Protocol = "http1" | "http2" | "raw";

/** The socket within Nginx for a port's connections of one protocol. */
export const inner = ({ port }: CarrierServer, protocol: Protocol): string => `unix:${port}-${protocol}.sock`;

export function streamBlock(servers: CarrierServer[], connections: number): string {
  return block("stream", [
    STREAM,
    `limit_conn_zone $binary_remote_addr zone=${ZONE}:1m;`,
    ...servers.flatMap(upstreams),
    ...servers.flatMap((server) => listeners(server, connections)),
  ]);
}

function upstreams(server: CarrierServer): string[] {
  const open = openRoute(server);
  return open ? [routeUpstream(asked(server), server, open)] : originalUpstream(asked(server), server);
}

const asked = ({ protocol }: CarrierServer): Asked => protocol === "UDP" ? "udp" : "tcp";

function listeners(server: CarrierServer, connections: number): string[] {
  const name = defaultName(server);
  const pass = name ? `proxy_pass ${upstreamName(asked(server), name)};` : `return "";`;
  if (server.protocol === "UDP") {
    return [block("server", [`listen ${server.listen} udp;`, "proxy_timeout 60s;", pass])];
  }
  const limit = `limit_conn ${ZONE} ${Math.floor(connections * SHARE[server.kind])};`;
  const listen = `listen ${server.listen} ${KEEPALIVE};\n${limit}`;
  if (server.kind === "tcp") return [block("server", [listen, pass])];
  const preread = [`http_preread ${server.port};`, "preread_buffer_size 1k;", "preread_timeout 60s;"];
  return [
    block("server", [listen, ...preread, `pass unix:${server.port}-$http_preread_protocol.sock;`]),
    block("server", [`listen ${inner(server, "raw")};`, pass]),
  ];
}
