/** Carrier's nginx.conf. Paths are relative: Carrier starts Nginx in its state folder. Pure. */
import { CONNECTIONS } from "./connections.ts";
import { httpBlock } from "./http.ts";
import type { CarrierServer } from "./server.ts";
import { streamBlock } from "./stream.ts";
import { block, checked } from "./syntax.ts";
import { contract } from "../../contract.ts";

/**
 * Traffic on an `http` port that is not HTTP goes where requests without a match go. A module of Carrier's looks at the
 * first bytes, and Nginx then passes the untouched connection to the listener for its protocol.
 */
export function nginxConf(servers: CarrierServer[], connections: number = CONNECTIONS.most): string {
  servers.forEach(checked);
  const http = servers.filter(({ kind }) => kind === "http");
  return [
    modules("ngx_stream_module", ...(http.length ? ["ngx_stream_http_preread_module"] : [])),
    http.length ? modules(...HTTP_MODULES) : "",
    HEAD,
    block("events", [`worker_connections ${connections};`]),
    streamBlock(servers, connections),
    http.length ? httpBlock(http) : "",
  ].filter(Boolean).join("\n");
}

const modules = (...names: string[]): string =>
  names.map((name) => `load_module ${contract.paths.nginxModules}/${name}.so;`).join("\n");

const HTTP_MODULES = [
  "ngx_http_headers_more_filter_module",
  "ngx_http_duplex_module",
  "ngx_http_header_rule_module",
];

/** Old workers live as long as their connections: a new configuration closes none. */
const HEAD = [
  "daemon off;",
  "pid nginx.pid;",
  "error_log stderr error;",
  "worker_processes 1;",
  // Saves a fifth of Nginx's own work for a matched request.
  "pcre_jit on;",
].join("\n");
