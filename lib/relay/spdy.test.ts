import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { concat, dataFrame, HEADER, opening, receive } from "./spdy.ts";

const control = (type: number, ...body: number[]) =>
  Uint8Array.of(0x80, 3, 0, type, 0, 0, 0, body.length, ...body);
const onStream = (stream: number, text: string, flags = 0) => {
  const body = new TextEncoder().encode(text);
  return concat(Uint8Array.of(0, 0, 0, stream, flags, 0, 0, body.length), body);
};
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The frames' headers and bodies. */
function frames(bytes: Uint8Array): { head: number[]; body: Uint8Array }[] {
  const found = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at + 6]! << 8 | bytes[at + 7]!;
    found.push({
      head: [...bytes.subarray(at, at + 5)],
      body: bytes.subarray(at + HEADER, at + HEADER + length),
    });
    at += HEADER + length;
  }
  return found;
}

Deno.test("two streams are opened, as client-go does it: errors, which it closes, and data", () => {
  const [errors, closed, data, ...more] = frames(opening(51822));
  assert.deepEqual([errors!.head, data!.head], [[0x80, 3, 0, 1, 0], [0x80, 3, 0, 1, 0]]);
  assert.deepEqual([errors!.body[3], data!.body[3]], [1, 3]);
  assert.deepEqual([closed!.head, closed!.body.length, more.length], [[0, 0, 0, 1, 1], 0, 0]);
});

Deno.test("the headers of both are one zlib stream", () => {
  const blocks = frames(opening(51822)).filter(({ head }) => head[0] === 0x80).map(({ body }) =>
    body.subarray(10)
  );
  // The last block of a stream, and the check sum of what is in it, which a stream that goes on has not.
  const headers = text(inflateSync(concat(...blocks), { finishFlush: 2 }));
  for (const word of ["streamtype", "error", "data", "port", "51822", "requestid"]) {
    assert.ok(headers.includes(word), word);
  }
  assert.equal(headers.indexOf("error") < headers.indexOf("data"), true);
});

Deno.test("a frame of data has its stream and its length before it", () => {
  assert.deepEqual(dataFrame(0x012345), Uint8Array.of(0, 0, 0, 3, 0, 1, 0x23, 0x45));
});

Deno.test("data is taken out of its frames, wherever they are cut, and replies are passed over", () => {
  const stream = concat(control(2, 0, 0, 0, 3), onStream(3, "first"), onStream(3, "second"));
  for (let at = 0; at <= stream.length; at++) {
    const one = receive(stream.subarray(0, at));
    const two = receive(concat(one.rest, stream.subarray(at)));
    assert.equal([...one.data, ...two.data].map(text).join(), "first,second", `cut at ${at}`);
    assert.deepEqual([two.rest.length, one.end, two.end], [0, undefined, undefined]);
  }
});

Deno.test("a ping is sent back as it is", () => {
  const ping = control(6, 0, 0, 0, 2);
  assert.deepEqual(receive(ping).answers, [ping]);
});

Deno.test("the end of the data, a reset and an error are ends; the end of the errors is not", () => {
  assert.match(receive(onStream(3, "", 1)).end ?? "", /closed the stream/);
  assert.match(receive(control(3, 0, 0, 0, 3, 0, 0, 0, 1)).end ?? "", /ended the stream/);
  assert.match(receive(control(7, 0, 0, 0, 3, 0, 0, 0, 0)).end ?? "", /ended the stream/);
  assert.equal(receive(onStream(1, "connection refused")).end, "connection refused");
  assert.equal(receive(onStream(1, "", 1)).end, undefined);
});
