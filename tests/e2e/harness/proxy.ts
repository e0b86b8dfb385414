/** A proxy on this machine's loopback, over HTTP or SOCKS5, or one that only hands on. */

export interface Proxy extends AsyncDisposable {
  /** e.g. `socks5://127.0.0.1:40000`; `tcp:` hands on to what it was given. */
  url: string;
  /** Where it was asked to connect to, once for each connection. */
  asked: string[];
}

export interface ProxyOptions {
  /** Of its own. */
  address?: string;
  /** Name and password that it wants. */
  login?: { name: string; password: string };
  /** For `tcp`: where all leads. */
  to?: string;
}

type Serve = (conn: Deno.Conn) => Promise<string>;

export function proxy(scheme: "http" | "socks5" | "tcp", options: ProxyOptions = {}): Proxy {
  const { address = "127.0.0.1", login, to = "" } = options;
  const serve: Serve = { http: http(login), socks5: socks(login), tcp: () => Promise.resolve(to) }[scheme];
  const listener = Deno.listen({ hostname: address, port: 0 });
  const asked: string[] = [], open = new Set<Deno.Conn>();
  const handle = async (conn: Deno.Conn) => {
    open.add(conn);
    try {
      const target = await serve(conn);
      asked.push(target);
      const [, hostname = "", port = ""] = target.match(/^(.*):(\d+)$/) ?? [];
      const far = await Deno.connect({ hostname, port: Number(port) });
      open.add(far);
      await Promise.all([conn.readable.pipeTo(far.writable), far.readable.pipeTo(conn.writable)]);
    } catch {
      for (const one of [conn]) close(one);
    }
  };
  const accepting = (async () => {
    for await (const conn of listener) void handle(conn);
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const user = login ? `${login.name}:${login.password}@` : "";
  return {
    url: `${scheme}://${user}${address}:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      for (const conn of open) close(conn);
      await accepting;
    },
  };
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch { /* It is closed already. */ }
}

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function read(conn: Deno.Conn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let have = 0; have < length;) {
    const count = await conn.read(bytes.subarray(have));
    if (count === null) throw new Error("it ended");
    have += count;
  }
  return bytes;
}

const http = (login: ProxyOptions["login"]): Serve => async (conn) => {
  let head = "";
  while (!head.endsWith("\r\n\r\n")) head += decode(await read(conn, 1));
  const [, target = ""] = head.match(/^CONNECT (\S+) /) ?? [];
  const wanted = login &&
    `Proxy-Authorization: Basic ${btoa(`${login.name}:${login.password}`)}`.toLowerCase();
  if (!target || (wanted && !head.toLowerCase().includes(wanted))) {
    await conn.write(encode("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"));
    throw new Error("refused");
  }
  await conn.write(encode("HTTP/1.1 200 Connection established\r\n\r\n"));
  return target;
};

/** RFC 1928 and 1929. */
const socks = (login: ProxyOptions["login"]): Serve => async (conn) => {
  const text = async () => decode(await read(conn, (await read(conn, 1))[0]!));
  const [, count = 0] = await read(conn, 2);
  const methods = [...await read(conn, count)];
  const method = login ? 2 : 0;
  await conn.write(new Uint8Array([5, methods.includes(method) ? method : 255]));
  if (login) {
    await read(conn, 1);
    const right = await text() === login.name && await text() === login.password;
    await conn.write(new Uint8Array([1, right ? 0 : 1]));
  }
  const [, , , kind] = await read(conn, 4);
  const host = kind === 3 ? await text() : [...await read(conn, 4)].join(".");
  const [high = 0, low = 0] = await read(conn, 2);
  await conn.write(new Uint8Array([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
  return `${host}:${high * 256 + low}`;
};
