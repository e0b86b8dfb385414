import assert from "node:assert/strict";
import type { Connection } from "../connection/connection.ts";
import { connectionTo, type Wanted } from "./which.ts";

const to = (name: string, context: string, kubeconfig = "/home/config"): Connection => ({
  name,
  context,
  kubeconfig,
  network: name,
  subnet: "",
  client: "",
  namespace: "gefyra",
});

Deno.test("doctor: with --context only a connection to it is checked", () => {
  const one = [to("a", "work")], two = [to("a", "work"), to("b", "play"), to("c", "play", "/other")];
  const table: [string, Connection[], Wanted, boolean, string | RegExp][] = [
    ["the one that leads there", two, { context: "work" }, false, "a"],
    [
      "the only one leads elsewhere",
      one,
      { context: "nosuch" },
      false,
      /context "nosuch": no connection leads/,
    ],
    ["there is none", [], { context: "work" }, false, /no connection leads to it/],
    [
      "the named one leads elsewhere",
      one,
      { connection: "a", context: "play" },
      false,
      /"a" leads to context "work"/,
    ],
    ["of several that of this file", two, { context: "play", kubeconfig: "/other" }, false, "c"],
    ["a file that only another knows", one, { context: "work", kubeconfig: "/other" }, false, "a"],
    ["not where the file was named", one, { context: "work", kubeconfig: "/other" }, true, /no connection/],
    ["by the file alone", two, { kubeconfig: "/other" }, true, "c"],
  ];
  for (const [what, known, wanted, sameFile, expected] of table) {
    const found = () => connectionTo(known, wanted, sameFile).name;
    if (typeof expected === "string") assert.equal(found(), expected, what);
    else assert.throws(found, expected, what);
  }
});
