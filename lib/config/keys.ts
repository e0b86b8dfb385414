/** WireGuard's key pairs are X25519 keys in base64 (https://www.wireguard.com/protocol/). */
export interface KeyPair {
  privateKey: string;
  publicKey: string;
}

export async function generateKeyPair(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey("X25519", true, ["deriveBits"]) as CryptoKeyPair;
  const { d = "", x = "" } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return { privateKey: base64(d), publicKey: base64(x) };
}

/** JSON web keys are written in the URL-safe alphabet, without padding. */
function base64(url: string): string {
  return url.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - url.length % 4) % 4);
}
