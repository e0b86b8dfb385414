/** Carrier's nginx.conf. Paths are relative: Carrier starts Nginx in its state folder. Pure. */
import type { Match } from "../../api/match.ts";
import { CONNECTIONS } from "./connections.ts";
import { httpBlock } from "./http.ts";
import { streamBlock } from "./stream.ts";
import { block, checked } from "./syntax.ts";

/** One port of the pod as Carrier serves it. */
export interface CarrierServer {
  /** As the pod's clients ask it. */
  port: number;
  /** Where Nginx listens: the port itself, or beside the original another one that packets are redirected to. */
  listen: number;
  protocol: "TCP" | "UDP";
  /** `http` looks into requests, `tcp` hands bytes on. */
  kind: "http" | "tcp";
  /** Where the original listens, the likeliest address first; `undefined` where it is replaced. */
  original: { addresses: string[]; port: number } | undefined;
  /** Who answers the kubelet. */
  probes: "original" | "answer";
  /** Where requests go: to the first whose rules match; without rules all do. */
  routes: CarrierRoute[];
}

export interface CarrierRoute {
  bridge: string;
  match: Match | undefined;
  /** The original serves while the app container refuses connections. */
  fallback: boolean;
  /** `address:port` of Stowaway. */
  upstream: string;
}

/**
 * What is no HTTP on an `http` port goes where requests without a match go. To tell, a module of Carrier's own looks at
 * the first bytes, and Nginx then gives the connection, untouched, to the listener that speaks its protocol.
 */
export function nginxConf(servers: CarrierServer[], connections: number = CONNECTIONS.most): string {
  servers.forEach(checked);
  const http = servers.filter(({ kind }) => kind === "http");
  return [
    modules("ngx_stream_module", ...(http.length ? ["ngx_stream_http_preread_module"] : [])),
    http.length ? modules(...HTTP_MODULES) : "",
    HEAD,
    block("events", [`worker_connections ${connections};`]),
    streamBlock(servers),
    http.length ? httpBlock(http) : "",
  ].filter(Boolean).join("\n");
}

const modules = (...names: string[]): string =>
  names.map((name) => `load_module /usr/lib/nginx/modules/${name}.so;`).join("\n");

const HTTP_MODULES = [
  "ngx_http_headers_more_filter_module",
  "ngx_http_duplex_module",
  "ngx_http_header_rule_module",
];

/** Old workers live as long as their connections: a new configuration ends none. */
const HEAD = [
  "daemon off;",
  "pid nginx.pid;",
  "error_log stderr error;",
  "worker_processes 1;",
  // A fifth less of Nginx's own work for a request that is matched.
  "pcre_jit on;",
].join("\n");
