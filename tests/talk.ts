/** Clients that see every byte. */
import assert from "node:assert/strict";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";

/** A TCP connection that is read with patience. */
export async function talk(hostname: string, port: number) {
  const connection = await Deno.connect({ hostname, port });
  let received = "", ended = false;
  const reading = (async () => {
    const decoder = new TextDecoder("latin1");
    const buffer = new Uint8Array(65536);
    for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
      received += decoder.decode(buffer.subarray(0, size));
    }
  })().catch(() => {}).finally(() => ended = true);
  return {
    say: async (text: string | Uint8Array) => {
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    },
    closeWrite: () => connection.closeWrite(),
    /** What has come up to a moment in which `enough` holds, or the connection ends, and takes it away. */
    hear: async (
      enough: (text: string) => boolean = (text) => text !== "",
      withinMs = 5000,
    ): Promise<string> => {
      const end = performance.now() + withinMs;
      while (!enough(received) && !ended) {
        if (performance.now() > end) {
          throw new Error(`heard only ${received.length}: ${JSON.stringify(received.slice(-200))}`);
        }
        await delay(5);
      }
      const heard = received;
      received = "";
      return heard;
    },
    [Symbol.asyncDispose]: async () => {
      try {
        connection.close();
      } catch {
        // It has ended itself.
      }
      await reading;
    },
  };
}

/** One HTTP/1.1 request as it is written, and the whole answer. */
export async function ask(hostname: string, port: number, head: string, body = ""): Promise<string> {
  await using client = await talk(hostname, port);
  await client.say(`${head.trimEnd().replaceAll("\n", "\r\n")}\r\nConnection: close\r\n\r\n${body}`);
  return await client.hear(() => false);
}

/** The JSON that an answer ends with. */
// deno-lint-ignore no-explicit-any -- a test's own answers
export function jsonOf(answer: string): any {
  assert.ok(answer.includes("{"), `no JSON: ${answer}`);
  return JSON.parse(answer.slice(answer.indexOf("{")));
}

export interface Http2Answer {
  headers: IncomingHttpHeaders;
  trailers: IncomingHttpHeaders;
  body: Uint8Array;
}

/** One HTTP/2 stream with prior knowledge; each part of the body is sent when what came before it has come back. */
export async function askHttp2(
  authority: string,
  headers: Record<string, string>,
  parts: (string | Uint8Array)[] = [],
): Promise<Http2Answer> {
  const session = connectHttp2(`http://${authority}`);
  try {
    return await new Promise((resolve, reject) => {
      session.on("error", reject);
      const stream = session.request({ ":method": parts.length ? "POST" : "GET", ":path": "/", ...headers }, {
        endStream: parts.length === 0,
      });
      const answer: Http2Answer = { headers: {}, trailers: {}, body: new Uint8Array() };
      const left = [...parts];
      const next = () => left.length && stream.write(left.shift()!) && left.length === 0 && stream.end();
      stream.on("response", (received) => answer.headers = received);
      stream.on("trailers", (received) => answer.trailers = received);
      stream.on("data", (data: Uint8Array) => {
        answer.body = new Uint8Array([...answer.body, ...data]);
        next();
      });
      stream.on("error", reject);
      stream.on("end", () => setTimeout(() => resolve(answer), 20));
      next();
    });
  } finally {
    session.close();
  }
}
