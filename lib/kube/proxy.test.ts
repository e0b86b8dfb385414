import assert from "node:assert/strict";
import { proxyOfEnv } from "./proxy.ts";

Deno.test("the environment's proxy is used as Go programs use it", () => {
  const HTTPS_PROXY = "http://proxy:3128", server = "https://api.example.com:6443";
  const table: [string, string, Record<string, string>, string | undefined][] = [
    ["there is none", server, {}, undefined],
    ["for TLS", server, { HTTPS_PROXY, HTTP_PROXY: "http://other:1" }, HTTPS_PROXY],
    ["without TLS", "http://api", { HTTPS_PROXY, HTTP_PROXY: "http://other:1" }, "http://other:1"],
    ["in lower case", server, { https_proxy: "socks5://proxy:1" }, "socks5://proxy:1"],
    ["without a scheme", server, { HTTPS_PROXY: "proxy:3128" }, HTTPS_PROXY],
    ["of another scheme", server, { HTTPS_PROXY: "ftp://proxy" }, undefined],
    ["this machine", "https://127.0.0.1:6443", { HTTPS_PROXY }, undefined],
    ["this machine by name", "https://localhost:6443", { HTTPS_PROXY }, undefined],
    ["this machine over IPv6", "https://[::1]:6443", { HTTPS_PROXY }, undefined],
    ["everything is excepted", server, { HTTPS_PROXY, NO_PROXY: "*" }, undefined],
    ["a domain", server, { HTTPS_PROXY, NO_PROXY: "other.com, example.com" }, undefined],
    [
      "a domain of the same end",
      "https://myexample.com",
      { HTTPS_PROXY, NO_PROXY: "example.com" },
      HTTPS_PROXY,
    ],
    ["what is below a domain", server, { HTTPS_PROXY, no_proxy: ".example.com" }, undefined],
    ["not the domain itself", "https://example.com", { HTTPS_PROXY, NO_PROXY: ".example.com" }, HTTPS_PROXY],
    ["below, with a star", server, { HTTPS_PROXY, NO_PROXY: "*.example.com" }, undefined],
    ["its port", server, { HTTPS_PROXY, NO_PROXY: "example.com:6443" }, undefined],
    ["another port", server, { HTTPS_PROXY, NO_PROXY: "example.com:443" }, HTTPS_PROXY],
    ["the usual port", "https://example.com", { HTTPS_PROXY, NO_PROXY: "example.com:443" }, undefined],
    ["an address", "https://10.1.2.3:6443", { HTTPS_PROXY, NO_PROXY: "10.1.2.3" }, undefined],
    ["another address", "https://10.1.2.3:6443", { HTTPS_PROXY, NO_PROXY: "2.3" }, HTTPS_PROXY],
    ["a range", "https://10.1.2.3:6443", { HTTPS_PROXY, NO_PROXY: "10.1.0.0/16" }, undefined],
    [
      "another range",
      "https://10.1.2.3:6443",
      { HTTPS_PROXY, NO_PROXY: "10.2.0.0/16,fd00::/8" },
      HTTPS_PROXY,
    ],
    ["a range over IPv6", "https://[fd00::1]:6443", { HTTPS_PROXY, NO_PROXY: "fd00::/8" }, undefined],
  ];
  for (const [what, server, env, expected] of table) {
    assert.equal(proxyOfEnv(new URL(server), (name) => env[name]), expected, what);
  }
});
