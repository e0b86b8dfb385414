/** The frames of a relayed stream, as images/relay/frames.go has them: a 16-bit length, then so many bytes. Pure. */

/** The first byte of a control frame; WireGuard's messages begin with 1 to 4. */
const PING = 0xf0, PONG = 0xf1, TOKEN = 0xf2;
const HEADER = 2;
/** The longest frame: a stream's buffer must hold more than one. */
export const LONGEST_FRAME = HEADER + 65_535;

/** Asks the other end for a sign of life. */
export const ping: Uint8Array = frame(Uint8Array.of(PING));

export interface Split {
  /** Datagrams, still framed, for the other end. */
  datagrams: Uint8Array[];
  /** The newest token among them. */
  token?: string;
  /** Bytes of a frame that has begun. */
  rest: Uint8Array;
}

export function frame(payload: Uint8Array): Uint8Array {
  const framed = new Uint8Array(HEADER + payload.length);
  new DataView(framed.buffer).setUint16(0, payload.length);
  framed.set(payload, HEADER);
  return framed;
}

/** How many bytes of the first `filled` are whole frames. */
export function wholeFrames(bytes: Uint8Array, filled: number): number {
  let at = 0;
  while (filled - at >= HEADER) {
    const next = at + HEADER + lengthAt(bytes, at);
    if (next > filled) break;
    at = next;
  }
  return at;
}

/** Takes control frames out. Neighbouring datagrams stay together: usually all are one piece. */
export function split(bytes: Uint8Array): Split {
  const datagrams: Uint8Array[] = [];
  let token: string | undefined;
  let from = 0, at = 0;
  while (bytes.length - at >= HEADER) {
    const next = at + HEADER + lengthAt(bytes, at);
    if (next > bytes.length) break;
    const kind = next > at + HEADER ? bytes[at + HEADER]! : PONG;
    if (kind >= PING) {
      if (kind === TOKEN) token = new TextDecoder().decode(bytes.subarray(at + HEADER + 1, next));
      if (at > from) datagrams.push(bytes.subarray(from, at));
      from = next;
    }
    at = next;
  }
  if (at > from) datagrams.push(bytes.subarray(from, at));
  return { datagrams, rest: bytes.subarray(at), ...(token ? { token } : {}) };
}

const lengthAt = (bytes: Uint8Array, at: number) => (bytes[at]! << 8) | bytes[at + 1]!;
