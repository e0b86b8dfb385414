/**
 * As much of SPDY/3.1 as forwarding one port takes: a stream for its data, and one for errors, as client-go opens them
 * (k8s.io/client-go/tools/portforward). Pure.
 */
const SYN_STREAM = 1, RST_STREAM = 3, PING = 6, GOAWAY = 7;
const FIN = 1;
/** The streams' numbers; those of a client are odd. */
const ERROR_STREAM = 1, DATA_STREAM = 3;
export const HEADER = 8;

export interface Received {
  data: Uint8Array[];
  /** To be sent back. */
  answers: Uint8Array[];
  /** Why the stream has ended. */
  end?: string;
  /** Bytes of a frame that has begun. */
  rest: Uint8Array;
}

/** What opens both streams: sent once, at the beginning. */
export function opening(port: number): Uint8Array {
  const headers = (streamtype: string) => ({ streamtype, port: `${port}`, requestid: "0" });
  return concat(
    synStream(ERROR_STREAM, headers("error"), true),
    dataHeader(ERROR_STREAM, 0, FIN),
    synStream(DATA_STREAM, headers("data"), false),
  );
}

/** What stands before so many bytes of data. */
export const dataFrame = (length: number): Uint8Array => dataHeader(DATA_STREAM, length, 0);

export function receive(bytes: Uint8Array): Received {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Received = { data: [], answers: [], rest: bytes };
  let at = 0;
  while (bytes.length - at >= HEADER) {
    const head = view.getUint32(at), length = view.getUint32(at + 4) & 0xffffff;
    const next = at + HEADER + length;
    if (next > bytes.length) break;
    const body = bytes.subarray(at + HEADER, next);
    const isControl = head >>> 31 === 1, type = head & 0xffff, fin = bytes[at + 4]! & FIN;
    if (!isControl && head === DATA_STREAM) {
      if (body.length) found.data.push(body);
      if (fin) found.end ??= "the relay in the cluster closed the stream";
    } else if (!isControl && head === ERROR_STREAM && body.length) {
      found.end = new TextDecoder().decode(body);
    } else if (isControl && type === PING) {
      found.answers.push(bytes.slice(at, next));
    } else if (isControl && (type === RST_STREAM || type === GOAWAY)) {
      found.end ??= "the kubelet ended the stream";
    }
    at = next;
  }
  found.rest = bytes.subarray(at);
  return found;
}

function dataHeader(stream: number, length: number, flags: number): Uint8Array {
  const header = new Uint8Array(HEADER), view = new DataView(header.buffer);
  view.setUint32(0, stream);
  view.setUint32(4, (flags << 24 | length) >>> 0);
  return header;
}

function synStream(stream: number, headers: Record<string, string>, first: boolean): Uint8Array {
  const block = stored(headerBlock(headers), first);
  const frame = new Uint8Array(HEADER + 10), view = new DataView(frame.buffer);
  view.setUint32(0, (0x8003 << 16 | SYN_STREAM) >>> 0);
  view.setUint32(4, 10 + block.length);
  view.setUint32(8, stream);
  return concat(frame, block);
}

function headerBlock(headers: Record<string, string>): Uint8Array {
  const words = Object.entries(headers).flat().map((word) => new TextEncoder().encode(word));
  const number = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  return concat(number(words.length / 2), ...words.flatMap((word) => [number(word.length), word]));
}

/**
 * All header blocks are one zlib stream; what is stored in it is not compressed (RFC 1950, RFC 1951). An empty block
 * behind it tells the reader to hand over what it has.
 */
function stored(bytes: Uint8Array, first: boolean): Uint8Array {
  const start = (length: number) => Uint8Array.of(0, length, length >> 8, ~length, ~length >> 8);
  const blocks = concat(start(bytes.length), bytes, start(0));
  return first ? concat(Uint8Array.of(0x78, 0x01), blocks) : blocks;
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
