/**
 * Deno's TLS gathers entropy when it is first used, which blocks the program for 60 ms. Generating a key does that on
 * another thread while the program still loads. Import this file first.
 */
crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]).catch(() => {});
