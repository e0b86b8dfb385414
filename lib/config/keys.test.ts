import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { generateKeyPair } from "./keys.ts";

/** RFC 8410: an X25519 key in PKCS 8 is this and the 32 bytes. */
const pkcs8Head = Buffer.from("302e020100300506032b656e04220420", "hex");

Deno.test("the public key belongs to the private one, both in WireGuard's base64", async () => {
  for (let i = 0; i < 20; i++) {
    const { privateKey, publicKey } = await generateKeyPair();
    for (const key of [privateKey, publicKey]) assert.match(key, /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw480]=$/);
    const der = Buffer.concat([pkcs8Head, Buffer.from(privateKey, "base64")]);
    const derived = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }))
      .export({ format: "der", type: "spki" }).subarray(-32);
    assert.equal(derived.toString("base64"), publicKey);
  }
});

Deno.test("no two pairs are equal", async () => {
  const [a, b] = await Promise.all([generateKeyPair(), generateKeyPair()]);
  assert.notEqual(a.privateKey, b.privateKey);
});
