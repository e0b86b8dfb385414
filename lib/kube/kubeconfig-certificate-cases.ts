/** The part of the table of kubeconfigs (kubeconfig-cases.ts) that is about certificates and keys. */
import { type Case, config, one, SERVER } from "./kubeconfig-case.ts";

export interface Pem {
  ca: string;
  cert: string;
  key: string;
  /** Of another certificate. */
  otherKey: string;
}

/** `pem`: an authority, and a certificate with its key. */
export function certificateCases(pem: Pem): Case[] {
  const base64 = (text: string) => btoa(text);
  const files = { "pki/ca.crt": pem.ca, "pki/me.crt": pem.cert, "pki/me.key": pem.key };
  return [
    {
      what: "relative certificates: from the kubeconfig's folder",
      files: {
        "deep/a": one({ "certificate-authority": "../pki/ca.crt" }, {
          "client-certificate": "../pki/me.crt",
          "client-key": "../pki/me.key",
        }),
        ...files,
      },
      list: ["deep/a"],
      use: {
        context: "one",
        cluster: { server: SERVER, "certificate-authority-data": base64(pem.ca) },
        user: { "client-certificate-data": base64(pem.cert), "client-key-data": base64(pem.key) },
      },
    },
    {
      what: "each file of a list has a folder of its own",
      files: {
        "x/a": config({ current: "one", contexts: { one: { cluster: "c", user: "u" } }, users: { u: {} } }),
        "pki/b": config({ clusters: { c: { server: SERVER, "certificate-authority": "ca.crt" } } }),
        ...files,
      },
      list: ["x/a", "pki/b"],
      use: { context: "one", cluster: { server: SERVER, "certificate-authority-data": base64(pem.ca) } },
    },
    {
      what: "an authority that is not there",
      files: { a: one({ "certificate-authority": "pki/none.crt" }) },
      list: ["a"],
      refused: /the certificate-authority of cluster "c" cannot be used/,
    },
    {
      what: "an authority in a file and in data",
      files: {
        a: one({ "certificate-authority": "pki/ca.crt", "certificate-authority-data": base64(pem.ca) }),
        ...files,
      },
      list: ["a"],
      refused: /certificate-authority-data is given beside it/,
    },
    {
      what: "an authority that is no certificate",
      files: { a: one({ "certificate-authority-data": base64("nothing") }, { token: "t" }) },
      list: ["a"],
      refused: /the certificate-authority of cluster "c" cannot be used: it is not PEM/,
    },
    {
      what: "a key that is no key",
      files: {
        a: one({}, { "client-certificate-data": base64(pem.cert), "client-key-data": base64("nothing") }),
      },
      list: ["a"],
      refused: /the client-key of user "u" cannot be used: it is not PEM/,
    },
    {
      what: "a key that only looks like one",
      files: {
        a: one({}, {
          "client-certificate-data": base64(pem.cert),
          "client-key-data": base64("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        }),
      },
      list: ["a"],
      refused: /the client-key of user "u" cannot be used/,
    },
    {
      what: "a key that is not base64",
      files: { a: one({}, { "client-certificate-data": base64(pem.cert), "client-key-data": "%%%" }) },
      list: ["a"],
      refused: /the client-key of user "u" cannot be used: it is not base64/,
    },
    {
      what: "the key of somebody else",
      files: {
        a: one({}, { "client-certificate-data": base64(pem.cert), "client-key-data": base64(pem.otherKey) }),
      },
      list: ["a"],
      refused: /the client-key of user "u" does not belong to its client-certificate/,
    },
    {
      what: "a certificate without a key",
      files: { a: one({}, { "client-certificate-data": base64(pem.cert) }) },
      list: ["a"],
      refused: /a client-certificate without a client-key/,
    },
  ];
}
