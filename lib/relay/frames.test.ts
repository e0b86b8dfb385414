import assert from "node:assert/strict";
import { frame, ping, split, wholeFrames } from "./frames.ts";

const bytes = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const datagram = (size: number, kind = 4) => Uint8Array.from({ length: size }, (_, i) => i ? i % 251 : kind);
const token = (text: string) => frame(bytes(Uint8Array.of(0xf2), new TextEncoder().encode(text)));

Deno.test("a frame is a length of 16 bits, the high byte first, and so many bytes", () => {
  assert.deepEqual(frame(datagram(300)).subarray(0, 3), Uint8Array.of(1, 44, 4));
  assert.deepEqual(ping, Uint8Array.of(0, 1, 0xf0));
});

Deno.test("whole frames end before the one that has only begun, wherever it is cut", () => {
  const first = frame(datagram(32)), second = frame(datagram(1420));
  const both = bytes(first, second);
  for (let filled = 0; filled < both.length; filled++) {
    assert.equal(wholeFrames(both, filled), filled < first.length ? 0 : first.length, `${filled}`);
  }
  assert.equal(wholeFrames(both, both.length), both.length);
});

Deno.test("datagrams pass in one piece", () => {
  const all = bytes(frame(datagram(148, 1)), frame(datagram(1420)), frame(datagram(32)));
  const { datagrams, rest, token } = split(all);
  assert.deepEqual(datagrams, [all]);
  assert.deepEqual([rest.length, token], [0, undefined]);
});

Deno.test("control frames are taken out from between datagrams, and only they", () => {
  const a = frame(datagram(100)), b = frame(datagram(200)), c = frame(datagram(64, 2));
  const pong = Uint8Array.of(0, 1, 0xf1), nothing = Uint8Array.of(0, 0);
  const found = split(bytes(pong, a, token("old"), nothing, b, token("new"), c, pong));
  assert.deepEqual(found.datagrams, [a, b, c]);
  assert.equal(found.token, "new");
});

Deno.test("what is cut anywhere is put together again", () => {
  const stream = bytes(
    frame(datagram(100)),
    token("secret"),
    frame(datagram(65_535)),
    ping,
    frame(datagram(7)),
  );
  const expected = split(stream);
  for (const at of [0, 1, 2, 50, 102, 103, 104, 108, 115, 60_000, stream.length - 1]) {
    const first = split(stream.subarray(0, at));
    const second = split(bytes(first.rest, stream.subarray(at)));
    assert.deepEqual(
      bytes(...first.datagrams, ...second.datagrams),
      bytes(...expected.datagrams),
      `cut at ${at}`,
    );
    assert.equal(second.token ?? first.token, "secret");
    assert.equal(second.rest.length, 0);
  }
});
