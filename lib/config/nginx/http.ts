/** The http block: requests to inspected ports, each to its bridge or to the original. */
import type { CarrierServer } from "./server.ts";
import { map, matchMaps } from "./rules.ts";
import { inner } from "./stream.ts";
import { block } from "./syntax.ts";
import { ANSWER_HEADERS, TROUBLE, troubleText, whoIsAsked } from "./bad-gateway.ts";
import {
  defaultName,
  originalName,
  originalUpstream,
  routeName,
  routeUpstream,
  upstreamName,
} from "./upstreams.ts";

export function httpBlock(servers: CarrierServer[]): string {
  return block("http", [HTTP, TROUBLE, ...servers.flatMap(portLines)]);
}

/** For all headers of a request from its first byte on: whoever sends them one by one gives up its connection. */
const HEADER_TIMEOUT = "20s";

/**
 * Requests and answers pass as they are and as they come: nothing is buffered, limited, added or taken away.
 *
 * Nginx reads all headers of an answer into one buffer, and each header of a request into one. These are as large as what
 * passes elsewhere: Go's server takes 1 MB of headers, its client 10 MB, gRPC 16 MB, and Nginx's own HTTP/2 at most 2 MB
 * in one. That costs addresses only: memory is taken by the page, and bodies go through the first 64 kB
 * (images/carrier/modules/duplex).
 *
 * A bucket of a map holds its longest key: a port and the name of a bridge, which may have 253 signs.
 */
const HTTP = `access_log off;
client_body_temp_path client_body;
proxy_temp_path proxy;
fastcgi_temp_path fastcgi;
uwsgi_temp_path uwsgi;
scgi_temp_path scgi;
variables_hash_max_size 8192;
map_hash_max_size 8192;
map_hash_bucket_size 512;

map $http_user_agent $kubelet {
    default        0;
    ~^kube-probe/  1;
}
map $http_upgrade $connection_upgrade {
    default  upgrade;
    ''       '';
}
map $http_host $host_or_none {
    default  $http_host;
    ''       localhost;
}

ignore_invalid_headers off;
underscores_in_headers on;
merge_slashes off;
client_header_timeout ${HEADER_TIMEOUT};
client_header_buffer_size 8k;
large_client_header_buffers 8 2m;
client_max_body_size 0;
client_body_buffer_size 64k;
client_body_timeout 1d;
send_timeout 1d;
keepalive_timeout 1h;
keepalive_time 1d;
keepalive_requests 1000000000;
http2_max_concurrent_streams 1024;

proxy_http_version 1.1;
proxy_set_header Host $host_or_none;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
proxy_redirect off;
proxy_buffering off;
proxy_request_buffering off;
proxy_buffer_size ${ANSWER_HEADERS};
proxy_buffers 4 ${ANSWER_HEADERS};
proxy_connect_timeout 5s;
proxy_read_timeout 1d;
proxy_send_timeout 1d;
proxy_socket_keepalive on;
grpc_set_header Host $http_host;
grpc_buffer_size ${ANSWER_HEADERS};
grpc_connect_timeout 5s;
grpc_read_timeout 1d;
grpc_send_timeout 1d;
grpc_socket_keepalive on;
${ownHeaders("proxy")}
${ownHeaders("grpc")}
more_set_headers "Server: $upstream_http_server" "Date: $upstream_http_date";`;

/** Status codes of an app that Nginx would handle itself. */
function ownHeaders(module: "proxy" | "grpc"): string {
  const accel = ["Redirect", "Expires", "Limit-Rate", "Buffering", "Charset"].map((name) =>
    `X-Accel-${name}`
  );
  return [
    `${module}_ignore_headers ${[...accel, "Expires", "Cache-Control", "Set-Cookie", "Vary"].join(" ")};`,
    ...["Server", "Date", "X-Pad", ...accel].map((name) => `${module}_pass_header ${name};`),
  ].join("\n");
}

/** Apps close idle connections after 2 s or more; a request that meets the close would be lost. */
const KEEPALIVE = ["keepalive 128;", "keepalive_requests 1000000000;", "keepalive_timeout 1s;"];
const UPSTREAM = [...KEEPALIVE, "long_headers;"];

function portLines(server: CarrierServer): string[] {
  const upstreams = (["http1", "http2"] as const).flatMap((asked) => [
    ...originalUpstream(asked, server, UPSTREAM),
    ...server.routes.map((route) => routeUpstream(asked, server, route, UPSTREAM)),
  ]);
  const matches = server.routes.flatMap(({ match }, index) =>
    match ? matchMaps(match, `${server.port}_${index}`) : []
  );
  return [
    ...upstreams,
    ...matches,
    destination(server),
    whoIsAsked(server),
    httpServer(server, "http1"),
    httpServer(server, "http2"),
  ];
}

/** `$to_<port>`: the name of the upstream, or `answer` or `nowhere`. */
function destination(server: CarrierServer): string {
  const { port, probes, original } = server;
  const matched = server.routes.flatMap((route, index) =>
    route.match ? [{ source: `$match_${port}_${index}`, name: routeName(server, route) }] : []
  );
  const kubelet = probes === "answer" ? "answer" : original ? originalName(server) : undefined;
  const entries = [
    `default ${defaultName(server) ?? (probes === "answer" && matched.length === 0 ? "answer" : "nowhere")};`,
    ...(kubelet ? [`~^1 ${kubelet};`] : []),
    ...matched.map(({ name }, index) => `~^.${"0".repeat(index)}1 ${name};`),
  ];
  return map(`$kubelet${matched.map(({ source }) => source).join("")}`, `$to_${port}`, entries);
}

function httpServer(server: CarrierServer, protocol: "http1" | "http2"): string {
  const { port, original } = server;
  const http2 = protocol === "http2";
  const ends = original ? [] : [
    block(`if ($to_${port} = answer)`, http2 ? SERVING : [`return 200 "served by gefyra\\n";`]),
    block(`if ($to_${port} = nowhere)`, [
      `return 503 "gefyra: no bridge takes this request on port ${port}\\n";`,
    ]),
  ];
  const to = upstreamName(protocol, `$to_${port}`);
  const pass = http2 ? `grpc_pass grpc://${to};` : `proxy_pass http://${to};`;
  return block("server", [
    `listen ${inner(server, protocol)};`,
    ...(http2 ? ["http2 on;"] : []),
    "error_page 502 504 @unreachable;",
    block("location /", [...ends, pass]),
    block("location @unreachable", [`return 502 "gefyra: ${troubleText(server)}\\n";`]),
  ]);
}

/** The response to a gRPC probe. The uncompressed message has 2 bytes: HealthCheckResponse { status: SERVING }. */
const SERVING = [
  'more_set_headers "Content-Type: application/grpc";',
  "add_trailer grpc-status 0;",
  'return 200 "\0\0\0\0\x02\x08\x01";',
];
