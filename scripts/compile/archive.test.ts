import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { extract } from "tar-stream";
import { type ArchiveFile, tarGz, zip } from "./archive.ts";

const files: ArchiveFile[] = [
  { name: "gefyra", content: new Uint8Array([1, 2, 3]), executable: true },
  { name: "LICENSE", content: new TextEncoder().encode("free") },
];

Deno.test("a tar.gz holds the files with their modes", async () => {
  const found: unknown[] = [];
  const reader = extract();
  reader.end(gunzipSync(await tarGz(files)));
  for await (const entry of reader) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    found.push([entry.header.name, entry.header.mode, [...Buffer.concat(chunks)]]);
  }
  assert.deepEqual(found, [["gefyra", 0o755, [1, 2, 3]], ["LICENSE", 0o644, [...files[1]!.content]]]);
});

Deno.test("a zip holds the files", () => {
  const found = unzipSync(zip(files));
  assert.deepEqual(Object.keys(found), ["gefyra", "LICENSE"]);
  assert.deepEqual([...found.gefyra!], [1, 2, 3]);
});

Deno.test("no archive tells when it was made", async () => {
  const times: unknown[] = [];
  const reader = extract();
  reader.end(gunzipSync(await tarGz(files)));
  for await (const entry of reader) {
    times.push(entry.header.mtime?.getTime());
    entry.resume();
  }
  assert.deepEqual(times, [0, 0]);
  // Time and date of the first file, in MS-DOS' form: 1980-01-01, midnight.
  assert.deepEqual([...zip(files).subarray(10, 14)], [0, 0, 0x21, 0]);
});
