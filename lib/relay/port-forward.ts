/** `pods/portforward` over a WebSocket, as kubectl does it. */
// @ts-types="@types/ws"
import WebSocket from "ws";
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Buffer } from "node:buffer";
import { RELAY_POD_PORT } from "../names.ts";
import type { ServerTrust } from "../cluster/cluster.ts";
import { concat, dataFrame, opening, receive, type Received } from "./spdy.ts";
import type { Target } from "./target.ts";

/** SPDY inside of the WebSocket: from v1.31 on. The API server unpacks it and speaks SPDY with the kubelet. */
const TUNNEL = "SPDY/3.1+portforward.k8s.io";
/**
 * Before, WebSocket as far as the kubelet. Each message begins with the number of a channel: for one port 0 is its
 * data, 1 its error. The first message of each is the port (k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go).
 * The kubelet's side of it takes five times the time for a byte.
 */
const CHANNELS = "v4.channel.k8s.io";
const PROTOCOL_HEADER = "sec-websocket-protocol";
const CONNECT_TIMEOUT_MS = 8_000;

/** Free bytes at a buffer's beginning, for what a protocol puts there. */
export const HEADROOM = 8;

export interface PortForward {
  /** Sends what lies between the headroom and `end`. Resolves when it has left the process. */
  send(buffer: Uint8Array, end: number): Promise<void>;
  pause(): void;
  resume(): void;
  close(): void;
}

export interface Listener {
  onData(bytes: Uint8Array): void;
  onEnd(reason: string): void;
}

export function openPortForward(
  { server, trust, namespace, pod }: Target,
  { token, host }: { token: string; host: string },
  listener: Listener,
): Promise<PortForward> {
  const url = new URL(server);
  url.protocol = "wss:";
  url.pathname = `${url.pathname.replace(/\/$/, "")}/api/v1/namespaces/${namespace}/pods/${pod}/portforward`;
  url.search = `?ports=${RELAY_POD_PORT}`;
  const socket = new WebSocket(url, {
    // By hand, as the package does not take a slash in a protocol's name.
    headers: { Authorization: `Bearer ${token}`, [PROTOCOL_HEADER]: `${TUNNEL}, ${CHANNELS}` },
    handshakeTimeout: CONNECT_TIMEOUT_MS,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    // Masks protect proxies from scripts in browsers; inside TLS they would only cost time, and zeros cost none.
    generateMask: () => {},
    createConnection: (() => secured(url, trust, host)) as never,
  });
  return new Promise((resolve, reject) => {
    let reason = "closed by the API server";
    const end = (why: string) => {
      reason = why;
      socket.terminate();
    };
    let chosen: string | undefined, protocol: Protocol;
    socket.on("upgrade", ({ headers }) => {
      chosen = headers[PROTOCOL_HEADER];
      delete headers[PROTOCOL_HEADER];
    });
    socket.on("message", (message: Buffer) => {
      const { data, answers = [], end: why } = protocol.receive(message);
      for (const piece of data) listener.onData(piece);
      for (const answer of answers) socket.send(answer, { binary: true });
      if (why) end(why);
    });
    socket.on("unexpected-response", (_request, response) => {
      reject(new Error(`the API server answers ${response.statusCode} ${response.statusMessage}`));
      socket.terminate();
    });
    socket.on("error", (error) => {
      reason = error.message;
      reject(error);
    });
    socket.on("close", () => listener.onEnd(reason));
    socket.on("open", () => {
      protocol = chosen === TUNNEL ? tunnel() : channels();
      if (chosen === TUNNEL) socket.send(opening(RELAY_POD_PORT), { binary: true });
      resolve({
        send: (buffer, end) =>
          new Promise((sent, failed) => {
            const header = protocol.header(end - HEADROOM);
            buffer.set(header, HEADROOM - header.length);
            const message = buffer.subarray(HEADROOM - header.length, end);
            socket.send(message, { binary: true }, (error) => error ? failed(error) : sent());
          }),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        close: () => socket.terminate(),
      });
    });
  });
}

interface Protocol {
  header(length: number): Uint8Array;
  receive(message: Uint8Array): Pick<Received, "data" | "end"> & Partial<Received>;
}

function tunnel(): Protocol {
  let rest: Uint8Array = new Uint8Array();
  return {
    header: dataFrame,
    receive: (message) => {
      const received = receive(rest.length ? concat(rest, message) : message);
      rest = received.rest;
      return received;
    },
  };
}

function channels(): Protocol {
  const DATA = 0, header = Uint8Array.of(DATA), greeted = new Set<number>();
  return {
    header: () => header,
    receive: (message) => {
      const [channel = 1] = message, body = message.subarray(1);
      const isGreeting = !greeted.has(channel);
      greeted.add(channel);
      if (isGreeting) return { data: [] };
      return channel === DATA ? { data: [body] } : { data: [], end: new TextDecoder().decode(body) };
    },
  };
}

/** `host` leads to the server; the server proves that it is the one that the kubeconfig names. */
function secured({ hostname, port }: URL, { ca, serverName, insecure }: ServerTrust, host: string) {
  const name = serverName ?? hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = connectTcp({ host, port: Number(port || 443), noDelay: true });
  const tls = connectTls({
    socket,
    host: name,
    ...(isIP(name) ? {} : { servername: name }),
    rejectUnauthorized: !insecure,
    ...(ca ? { ca } : {}),
  });
  socket.on("error", (error) => tls.destroy(error));
  return tls;
}
