/**
 * Deno's TLS gathers entropy when it is first used, which blocks the program for 60 ms. Generating a key does that on
 * another thread while a command's modules still load.
 */
export function gatherEntropy(): void {
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]).catch(() => {});
}
