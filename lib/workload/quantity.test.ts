import assert from "node:assert/strict";
import { bytesOf } from "./quantity.ts";

Deno.test("quantities are read as Kubernetes writes them", () => {
  const table: [string | undefined, number | undefined][] = [
    ["128Mi", 128 * 2 ** 20],
    ["1Gi", 2 ** 30],
    ["64M", 64e6],
    ["1.5G", 1.5e9],
    ["1e9", 1e9],
    ["128974848", 128974848],
    ["128974848000m", 128974848],
    ["64k", 64e3],
    ["1Ki", 1024],
    [undefined, undefined],
    ["", undefined],
    ["much", undefined],
    ["1.2.3", undefined],
  ];
  for (const [text, bytes] of table) assert.equal(bytesOf(text), bytes, `${text}`);
});
