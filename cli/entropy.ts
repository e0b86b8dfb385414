/**
 * Deno's TLS gathers entropy where it is first needed: 60 ms in which the program does nothing else. The making of a key
 * has it done on another thread, while the program still loads. To be imported before all else.
 */
crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]).catch(() => {});
