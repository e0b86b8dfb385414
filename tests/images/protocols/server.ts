/**
 * deno run server.ts NAME: an app that says who it is, in several protocols, each on a port of its own.
 *   8001 HTTP/1.1: /echo sends the body back as it comes, /count only its size, /events sends two events 1 s apart, /upgrade answers 101
 *        and then sends bytes back; anything else is answered with what was asked, as JSON
 *   8002 HTTP/2 without TLS: gRPC is sent back with trailers, but a health check is told SERVING; anything else is answered with what
 *        was asked, as JSON
 *   8003 lines, each sent back after the name
 *   8004 a server that speaks first
 *   8005 UDP: each datagram is sent back after the name
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { createServer as createTcpServer } from "node:net";

const [name = "", host = "0.0.0.0"] = Deno.args;

const http1 = createServer((request, response) => {
  if (request.url === "/echo") {
    response.writeHead(200, { "content-type": "application/octet-stream", "x-name": name });
    return void request.pipe(response);
  }
  if (request.url === "/count") {
    let size = 0;
    request.on("data", (data: Uint8Array) => size += data.length);
    return void request.on("end", () => response.end(JSON.stringify({ name, size })));
  }
  if (request.url === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${name}\n\n`);
    return void setTimeout(() => response.end("data: end\n\n"), 1000);
  }
  const { method, url, rawHeaders, httpVersion } = request;
  response.sendDate = false;
  response.end(JSON.stringify({ name, method, url, rawHeaders, httpVersion }));
});
http1.on("upgrade", (_request, socket) => {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Name: ${name}\r\n\r\n`,
  );
  socket.pipe(socket);
});
// A probe that only connects, and goes, is no fault.
http1.on("clientError", (_error, socket) => socket.destroy());
http1.keepAliveTimeout = 60_000;
http1.listen(8001, host);

const HEALTH = "/grpc.health.v1.Health/Check";
const http2 = createHttp2Server();
http2.on("stream", (stream: ServerHttp2Stream, headers) => {
  stream.on("error", () => {});
  if (headers["content-type"] === "application/grpc") {
    stream.respond({ ":status": 200, "content-type": "application/grpc", "x-name": name }, {
      waitForTrailers: true,
    });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": name }));
    // Not compressed, of 2 bytes: HealthCheckResponse { status: SERVING }.
    if (headers[":path"] === HEALTH) return void stream.end(new Uint8Array([0, 0, 0, 0, 2, 8, 1]));
    return void stream.pipe(stream);
  }
  stream.respond({ ":status": 200, "content-type": "application/json" });
  stream.end(JSON.stringify({ name, headers }));
});
http2.on("sessionError", () => {});
http2.listen(8002, host);

createTcpServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (data) => socket.write(`${name} ${data}`));
}).listen(8003, host);

createTcpServer((socket) => {
  socket.on("error", () => {});
  socket.write(`220 ${name}\r\n`);
  socket.on("data", (data) => socket.write(`250 ${name} ${data}`));
}).listen(8004, host);

const udp = createSocket("udp4");
udp.on("message", (data, { port, address }) => udp.send(`${name} ${data}`, port, address));
udp.bind(8005, host);

for (const event of ["error", "unhandledrejection"] as const) {
  addEventListener(event, (fault) => {
    console.error((fault as ErrorEvent).error ?? (fault as unknown as PromiseRejectionEvent).reason);
    fault.preventDefault();
  });
}
console.log("listening");
