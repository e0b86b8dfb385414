/** One stream: Cargo's socket on the one side, the API server on the other, until either ends. */
import { LONGEST_FRAME, ping, split, wholeFrames } from "./frames.ts";
import { HEADROOM, openPortForward, type PortForward } from "./port-forward.ts";
import { concat } from "./spdy.ts";
import { CARGO_SOCKET, type Target } from "./target.ts";

/** Silence is death after three pings: found and mended within 15 s. */
export const PING_EVERY_MS = 3_000;
export const SILENCE_MS = 9_000;
/** Bytes from the API server that wait for Cargo before the API server has to wait. */
const MOST_WAITING = 1 << 20;
const BUFFER = 2 * LONGEST_FRAME;

export interface SessionOptions {
  target: Target;
  token: string;
  host: string;
  /** Called when it works. */
  onOpen(): void;
  onToken(token: string): void;
}

/** The reason of its end. */
export async function session({ target, token, host, onOpen, onToken }: SessionOptions): Promise<string> {
  let cargo: Deno.Conn | undefined;
  let heard = performance.now();
  const ended = Promise.withResolvers<string>();
  const down = toCargo((error) => ended.resolve(`Cargo: ${error.message}`));
  let rest: Uint8Array = new Uint8Array();
  const forward = await openPortForward(target, { token, host }, {
    onData: (bytes) => {
      heard = performance.now();
      const found = split(rest.length ? concat(rest, bytes) : bytes);
      rest = found.rest;
      if (found.token) onToken(found.token);
      for (const datagrams of found.datagrams) down.write(datagrams);
    },
    onEnd: ended.resolve,
  });
  const timer = setInterval(() => {
    if (performance.now() - heard > SILENCE_MS) ended.resolve("nothing comes through any more");
    const message = concat(new Uint8Array(HEADROOM), ping);
    forward.send(message, message.length).catch(() => {});
  }, PING_EVERY_MS);
  try {
    // Cargo's end sends at once what it has kept.
    cargo = await Deno.connect({ transport: "unix", path: CARGO_SOCKET });
    down.open(cargo, forward);
    onOpen();
    fromCargo(cargo, forward).then(
      () => ended.resolve("Cargo closed the stream"),
      (error) => ended.resolve(error.message),
    );
    return await ended.promise;
  } finally {
    clearInterval(timer);
    forward.close();
    cargo?.close();
  }
}

/** Whole frames only, so that pings fit in between. Two buffers: one is filled while the other is sent. */
async function fromCargo(cargo: Deno.Conn, forward: PortForward): Promise<void> {
  let [buffer, other] = [new Uint8Array(HEADROOM + BUFFER), new Uint8Array(HEADROOM + BUFFER)];
  let sending: Promise<void> = Promise.resolve();
  let filled = 0;
  while (true) {
    const frames = buffer.subarray(HEADROOM);
    let end = 0;
    while (end === 0) {
      const read = await cargo.read(frames.subarray(filled));
      if (read === null) return;
      filled += read;
      end = wholeFrames(frames, filled);
    }
    await sending;
    other.set(frames.subarray(end, filled), HEADROOM);
    filled -= end;
    sending = forward.send(buffer, HEADROOM + end);
    // It is awaited before the next one; until then a failure is nobody's.
    sending.catch(() => {});
    [buffer, other] = [other, buffer];
  }
}

/** Writes one after the other; where Cargo cannot follow, the API server is told to wait. */
function toCargo(onError: (error: Error) => void) {
  let cargo: Deno.Conn | undefined, forward: PortForward | undefined;
  let waiting: Uint8Array[] = [], size = 0, writing = false, paused = false;
  const drain = async () => {
    writing = true;
    while (cargo && waiting.length) {
      const pieces = waiting;
      waiting = [];
      for (const piece of pieces) {
        for (let at = 0; at < piece.length;) at += await cargo.write(piece.subarray(at));
        size -= piece.length;
      }
      if (paused && size < MOST_WAITING / 2) {
        paused = false;
        forward?.resume();
      }
    }
    writing = false;
  };
  const start = () => {
    if (!writing) drain().catch(onError);
  };
  return {
    open: (conn: Deno.Conn, source: PortForward) => {
      cargo = conn;
      forward = source;
      start();
    },
    write: (piece: Uint8Array) => {
      waiting.push(piece);
      size += piece.length;
      if (size > MOST_WAITING && !paused) {
        paused = true;
        forward?.pause();
      }
      start();
    },
  };
}
