/** Asks an app in every protocol, and says who has answered. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { ask, askHttp2, jsonOf, talk } from "../../talk.ts";
import type { Polyglot } from "./polyglot.ts";

const GRPC = { "content-type": "application/grpc", te: "trailers", ":path": "/a.B/C" };
const MEGABYTE = 2 ** 20;

/** One that it can be told from: the header `x-user`. */
export type User = string | undefined;
type Asking = (at: Polyglot, user: User) => Promise<string>;

const header = (user: User) => user ? `X-User: ${user}\r\n` : "";
const header2 = (user: User): Record<string, string> => user ? { "x-user": user } : {};

/** By what is proven. */
export const http: Record<string, Asking> = {
  "HTTP/1.1": async ({ http1: { hostname, port } }, user) =>
    jsonOf(await ask(hostname, port, `GET /a HTTP/1.1\nHost: x${user ? `\nX-User: ${user}` : ""}`)).name,

  "HTTP/1.1 with keep-alive": async ({ http1: { hostname, port } }, user) => {
    await using client = await talk(hostname, port);
    const names = new Set<string>();
    for (let i = 0; i < 3; i++) {
      await client.say(`GET /${i} HTTP/1.1\r\nHost: x\r\n${header(user)}\r\n`);
      names.add(jsonOf(await client.hear((text) => text.endsWith("}"))).name);
    }
    return [...names].join();
  },

  "HTTP/2 with prior knowledge": async ({ http2: { hostname, port } }, user) => {
    const { body } = await askHttp2(`${hostname}:${port}`, header2(user));
    return JSON.parse(new TextDecoder().decode(body)).name;
  },

  "gRPC, unary": ({ http2 }, user) => grpc(http2, user, ["one"]),
  "gRPC, streaming": ({ http2 }, user) => grpc(http2, user, ["one", "two", "three"]),

  WebSocket: async ({ http1: { hostname, port } }, user) => {
    await using client = await talk(hostname, port);
    await client.say(
      `GET /upgrade HTTP/1.1\r\nHost: x\r\n${header(user)}Upgrade: echo\r\nConnection: Upgrade\r\n\r\n`,
    );
    const head = await client.hear((text) => text.endsWith("\r\n\r\n"));
    assert.match(head, /^HTTP\/1\.1 101 /);
    for (const word of ["one", "two"]) {
      await client.say(word);
      assert.equal(await client.hear(), word);
    }
    return /x-name: (\S+)/i.exec(head)?.[1] ?? head;
  },

  "server-sent events": async ({ http1: { hostname, port } }, user) => {
    await using client = await talk(hostname, port);
    await client.say(`GET /events HTTP/1.1\r\nHost: x\r\n${header(user)}\r\n`);
    // The second event comes a second later, so nobody has kept the first one back.
    const first = await client.hear((text) => /data: \w+\n\n/.test(text), 900);
    await client.hear((text) => text.includes("data: end\n\n"));
    return /data: (\w+)/.exec(first)![1]!;
  },

  "a large body after Expect: 100-continue": async ({ http1: { hostname, port } }, user) => {
    await using client = await talk(hostname, port);
    const size = 4 * MEGABYTE;
    const length = `Content-Length: ${size}\r\nExpect: 100-continue\r\nConnection: close\r\n`;
    await client.say(`POST /count HTTP/1.1\r\nHost: x\r\n${header(user)}${length}\r\n`);
    assert.match(await client.hear((text) => text.endsWith("\r\n\r\n")), /^HTTP\/1\.1 100 /);
    await client.say(new Uint8Array(size).fill(120));
    const answer = jsonOf(await client.hear(() => false, 20_000));
    assert.equal(answer.size, size);
    return answer.name;
  },
};

/** What is no HTTP. */
export const bytes: Record<string, (at: Polyglot) => Promise<string>> = {
  "lines over TCP": async ({ lines: { hostname, port } }) => {
    await using client = await talk(hostname, port);
    await client.say("hello\n");
    return /^(\w+) hello\n$/.exec(await client.hear())![1]!;
  },

  "a server that speaks first": async ({ greeting: { hostname, port } }) => {
    await using client = await talk(hostname, port);
    return /^220 (\w+)\r\n$/.exec(await client.hear())![1]!;
  },
};

async function grpc({ hostname, port }: Polyglot["http2"], user: User, parts: string[]): Promise<string> {
  const { headers, trailers, body } = await askHttp2(
    `${hostname}:${port}`,
    { ...GRPC, ...header2(user) },
    parts,
  );
  assert.equal(new TextDecoder().decode(body), parts.join(""));
  assert.deepEqual([trailers["grpc-status"], trailers["grpc-message"]], ["0", headers["x-name"]]);
  return `${headers["x-name"]}`;
}

/** One datagram from this machine, and the name before its echo. */
export async function askUdp({ udp: { hostname, port } }: Polyglot): Promise<string> {
  const socket = createSocket("udp4");
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.on("message", (data) => resolve(`${data}`.split(" ")[0]!));
      socket.on("error", reject);
      setTimeout(() => reject(new Error("no answer to a datagram")), 3000);
      socket.send("hello", port, hostname);
    });
  } finally {
    socket.close();
  }
}
