/**
 * Kubeconfigs, and what kubectl makes of them. The unit tests hold the program to it, and tests/e2e/kubeconfig.test.ts holds
 * both to it: it has the lab's kubectl (v1.34) read the same files.
 */

export interface Case {
  what: string;
  /** Text by path, in a folder of the case's own. */
  files: Record<string, string>;
  /** `KUBECONFIG`: the names of files in that folder. */
  list: string[];
  context?: string;
  /** What is used; `NAME_DATA`, where a certificate or a key is meant, is the content of the file of that name. */
  use?: {
    context: string;
    namespace?: string;
    cluster: Record<string, unknown>;
    user?: Record<string, unknown>;
  };
  /** Why it is not used, in Gefyra's words. */
  refused?: RegExp;
  /** What kubectl says to that, where the two do not refuse at the same point. */
  kubectl?: "uses it";
}

interface Parts {
  current?: string;
  clusters?: Record<string, object>;
  contexts?: Record<string, object>;
  users?: Record<string, object>;
}

/** JSON is YAML. */
function config({ current, clusters = {}, contexts = {}, users = {} }: Parts): string {
  const list = (entries: Record<string, object>, one: string) =>
    Object.entries(entries).map(([name, value]) => ({ name, [one]: value }));
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    ...(current === undefined ? {} : { "current-context": current }),
    clusters: list(clusters, "cluster"),
    contexts: list(contexts, "context"),
    users: list(users, "user"),
  });
}

/** Nobody answers there. */
const SERVER = "https://127.0.0.1:1";
const one = (cluster: object = {}, user: object = {}, context: object = {}) =>
  config({
    current: "one",
    clusters: { c: { server: SERVER, ...cluster } },
    contexts: { one: { cluster: "c", user: "u", ...context } },
    users: { u: user },
  });
const used = { context: "one", cluster: { server: SERVER } };

export function cases(pem: { ca: string; cert: string; key: string; otherKey: string }): Case[] {
  const base64 = (text: string) => btoa(text);
  const files = { "pki/ca.crt": pem.ca, "pki/me.crt": pem.cert, "pki/me.key": pem.key };
  return [
    {
      what: "one file",
      files: { a: one({}, { token: "t" }) },
      list: ["a"],
      use: { ...used, user: { token: "t" } },
    },
    {
      what: "a list with a missing file, and an empty one",
      files: { empty: "", a: one() },
      list: ["missing", "empty", "a"],
      use: used,
    },
    { what: "only missing files", files: {}, list: ["missing", "gone"], refused: /there is no kubeconfig/ },
    { what: "an empty file", files: { a: "" }, list: ["a"], refused: /there is no kubeconfig/ },
    { what: "null", files: { a: "null" }, list: ["a"], refused: /there is no kubeconfig/ },
    { what: "a comment", files: { a: "# nothing yet\n" }, list: ["a"], refused: /there is no kubeconfig/ },
    {
      what: "lists that are null",
      files: { a: "clusters: null\ncontexts:\nusers: null\n" },
      list: ["a"],
      refused: /there is no kubeconfig/,
    },
    {
      what: "the same name twice: of each the first, whole, and the first current context",
      files: {
        a: config({ clusters: { c: { server: SERVER } }, users: { u: { token: "first" } } }),
        b: config({
          current: "one",
          clusters: { c: { server: "https://second", "tls-server-name": "second" } },
          contexts: { one: { cluster: "c", user: "u" }, two: { cluster: "c", user: "u" } },
          users: { u: { username: "second", password: "second" } },
        }),
        c: config({ current: "two", contexts: { one: { cluster: "d", user: "d", namespace: "third" } } }),
      },
      list: ["a", "b", "c"],
      use: { ...used, user: { token: "first" } },
    },
    {
      what: "an empty current context counts for nothing",
      files: { a: config({ current: "" }), b: one() },
      list: ["a", "b"],
      use: used,
    },
    {
      what: "a name twice in one file",
      files: {
        a: JSON.stringify({
          "current-context": "one",
          clusters: [{ name: "c", cluster: { server: SERVER } }, { name: "c", cluster: { server: SERVER } }],
          contexts: [{ name: "one", context: { cluster: "c" } }],
        }),
      },
      list: ["a"],
      refused: /clusters has "c" twice/,
    },
    {
      what: "a context by name, with its namespace",
      files: {
        a: config({
          current: "gone",
          clusters: { c: { server: SERVER } },
          contexts: { other: { cluster: "c", namespace: "shop" } },
        }),
      },
      list: ["a"],
      context: "other",
      use: { context: "other", namespace: "shop", cluster: { server: SERVER } },
    },
    {
      what: "a current context that is not there",
      files: { a: config({ current: "gone", clusters: { c: { server: SERVER } } }) },
      list: ["a"],
      refused: /the current context "gone"/,
    },
    {
      what: "no current context",
      files: { a: config({ clusters: { c: { server: SERVER } }, contexts: { one: { cluster: "c" } } }) },
      list: ["a"],
      refused: /no current context/,
    },
    {
      what: "a cluster that is not there",
      files: { a: config({ current: "one", contexts: { one: { cluster: "c" } } }) },
      list: ["a"],
      refused: /cluster "c" does not exist/,
    },
    {
      what: "a user who is not there",
      files: {
        a: config({
          current: "one",
          clusters: { c: { server: SERVER } },
          contexts: { one: { cluster: "c", user: "u" } },
        }),
      },
      list: ["a"],
      refused: /user "u" does not exist/,
      // It asks for a name and a password.
      kubectl: "uses it",
    },
    {
      what: "what is wrong with other contexts",
      files: {
        a: config({
          current: "one",
          clusters: { c: { server: SERVER }, d: {}, e: { server: "not a url" } },
          contexts: { one: { cluster: "c" }, two: { cluster: "d" }, three: {}, four: { cluster: "e" } },
          users: { u: { exec: {} } },
        }),
      },
      list: ["a"],
      use: used,
    },
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
    {
      what: "no server",
      files: { a: one({ server: "", "insecure-skip-tls-verify": true }) },
      list: ["a"],
      refused: /cluster "c" has no server/,
    },
    {
      what: "a server that is no URL",
      files: { a: one({ server: "not a url" }) },
      list: ["a"],
      refused: /the server of cluster "c", "not a url", is not a URL/,
    },
    {
      what: "a server of another scheme",
      files: { a: one({ server: "ftp://127.0.0.1:1" }) },
      list: ["a"],
      refused: /is not a URL/,
    },
    {
      what: "a server that is a number",
      files: { a: one({ server: 5 }) },
      list: ["a"],
      refused: /clusters\[0\].cluster.server is not text/,
    },
    {
      what: "clusters that are no list",
      files: { a: "clusters: 5\n" },
      list: ["a"],
      refused: /clusters is not a list/,
    },
    { what: "text", files: { a: "hello\n" }, list: ["a"], refused: /it is not a mapping/ },
    { what: "broken YAML", files: { a: "clusters: [\n" }, list: ["a"], refused: /it is not valid YAML/ },
    {
      what: "a broken file beside a good one",
      files: { a: one(), b: "{" },
      list: ["a", "b"],
      refused: /it is not valid YAML/,
    },
    {
      what: "another kind",
      files: { a: "apiVersion: v1\nkind: Pod\n" },
      list: ["a"],
      refused: /it is a Pod of v1/,
    },
    {
      what: "fields that nobody knows",
      files: { a: one({ unknown: 5, extensions: [{ name: "x", extension: 5 }] }, { unknown: {} }) },
      list: ["a"],
      use: used,
    },
    {
      what: "a host without a scheme: without TLS",
      files: { a: one({ server: "127.0.0.1:1" }) },
      list: ["a"],
      use: { context: "one", cluster: { server: "127.0.0.1:1" } },
    },
    {
      what: "tls-server-name and proxy-url",
      files: { a: one({ "tls-server-name": "kubernetes", "proxy-url": "socks5://127.0.0.1:2" }) },
      list: ["a"],
      use: {
        context: "one",
        cluster: { server: SERVER, "tls-server-name": "kubernetes", "proxy-url": "socks5://127.0.0.1:2" },
      },
    },
    {
      what: "a proxy of another scheme",
      files: { a: one({ "proxy-url": "socks4://127.0.0.1:2" }) },
      list: ["a"],
      refused: /the proxy-url of cluster "c" is none of/,
    },
    {
      what: "a token file that is not there",
      files: { a: one({}, { tokenFile: "none" }) },
      list: ["a"],
      refused: /Cannot read the token in/,
    },
    {
      what: "a token and a password",
      files: { a: one({}, { token: "t", username: "me", password: "p" }) },
      list: ["a"],
      refused: /both a token and a password/,
    },
    {
      what: "acting for somebody",
      files: { a: one({}, { as: "you" }) },
      list: ["a"],
      use: { ...used, user: { as: "you" } },
    },
    {
      what: "acting for a group of nobody",
      files: { a: one({}, { "as-groups": ["g"] }) },
      list: ["a"],
      refused: /as-groups without "as"/,
    },
    {
      what: "acting for two groups",
      files: { a: one({}, { as: "you", "as-groups": ["g", "h"] }) },
      list: ["a"],
      refused: /acts for several groups/,
      kubectl: "uses it",
    },
    {
      what: "a plugin without a command",
      files: { a: one({}, { exec: { apiVersion: "client.authentication.k8s.io/v1beta1" } }) },
      list: ["a"],
      refused: /has no command/,
    },
    {
      what: "a plugin of no version",
      files: { a: one({}, { exec: { command: "true", interactiveMode: "Never" } }) },
      list: ["a"],
      refused: /has the apiVersion ""/,
    },
    {
      what: "a plugin that does not say whether it asks",
      files: { a: one({}, { exec: { command: "true", apiVersion: "client.authentication.k8s.io/v1" } }) },
      list: ["a"],
      refused: /needs an interactiveMode/,
    },
  ];
}
