/** Clients of one port (the polyglot's 8006) that speak HTTP/1.1 and HTTP/2 at the same time, over kept connections. */
import { connect as connectHttp2 } from "node:http2";
import { jsonOf, talk } from "./talk.ts";

export interface Mixed {
  hostname: string;
  port: number;
  /** Clients of each kind, and requests of each. */
  clients: number;
  rounds: number;
}

/** Headers of a request → who has to answer. */
export type Expected = [headers: Record<string, string>, name: string][];

/** How many requests were sent, and what came instead of the right answer. */
export async function mixedLoad(
  at: Mixed,
  expected: Expected,
): Promise<{ sent: number; wrong: Record<string, number> }> {
  const wrong: Record<string, number> = {};
  let sent = 0;
  const check = (got: string, wanted: string) => {
    sent++;
    if (got !== wanted) wrong[got] = (wrong[got] ?? 0) + 1;
  };
  const clients = expected.flatMap(([headers, name]) => [
    () => inHttp1(at, headers, (got) => check(got, `${name} in HTTP/1.1`)),
    () => inHttp2(at, headers, (got) => check(got, `${name} in HTTP/2.0`)),
  ]);
  await Promise.all(Array.from({ length: at.clients }, () => clients.map((client) => client())).flat());
  return { sent, wrong };
}

type Told = (got: string) => void;

async function inHttp1({ hostname, port, rounds }: Mixed, headers: Record<string, string>, tell: Told) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await using client = await talk(hostname, port);
  for (let i = 0; i < rounds; i++) {
    await client.say(`GET /${i} HTTP/1.1\r\nHost: x\r\n${lines}\r\n`);
    const answer = await client.hear(
      (text) => text.endsWith("}\n") || /^HTTP\/1\.1 [345]/.test(text),
      20_000,
    );
    tell(answer.startsWith("HTTP/1.1 200") ? answerer(answer) : answer);
  }
}

async function inHttp2({ hostname, port, rounds }: Mixed, headers: Record<string, string>, tell: Told) {
  const session = connectHttp2(`http://${hostname}:${port}`);
  for (let i = 0; i < rounds; i++) {
    tell(
      await new Promise<string>((resolve) => {
        const stream = session.request({ ":path": `/${i}`, ...headers });
        let status = 0, text = "";
        stream.on("response", (answered) => status = answered[":status"] ?? 0);
        stream.on("data", (data: Uint8Array) => text += new TextDecoder().decode(data));
        stream.on("error", (error: Error) => resolve(error.message));
        stream.on("end", () => resolve(status === 200 ? answerer(text) : `${status} ${text}`));
      }),
    );
  }
  session.close();
}

function answerer(text: string): string {
  const { name, protocol } = jsonOf(text);
  return `${name} in ${protocol}`;
}
