/**
 * Kubeconfigs and how kubectl reads them. The unit tests check Gefyra against them; tests/e2e checks Gefyra and the
 * lab's kubectl (v1.34), which reads the same files.
 */

import { type Case, config, one, SERVER, used } from "./kubeconfig-case.ts";
import { certificateCases, type Pem } from "./kubeconfig-certificate-cases.ts";

export function cases(pem: Pem): Case[] {
  return [
    ...certificateCases(pem),
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
      // kubectl would prompt for a name and a password.
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
      refused: /the proxy-url of cluster "c" does not begin with/,
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
      refused: /impersonates several groups/,
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
