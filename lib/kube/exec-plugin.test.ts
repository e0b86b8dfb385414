import assert from "node:assert/strict";
import type { GefyraError } from "../errors.ts";
import { execPlugin } from "./exec-plugin.ts";

const apiVersion = "client.authentication.k8s.io/v1";
const answer = (status: object, more: object = {}) =>
  JSON.stringify({ kind: "ExecCredential", apiVersion, status, ...more });
const cluster = { server: "https://api" };
const settings = { apiVersion, interactiveMode: "Never", command: "sh" };
/** A plugin that says so much. */
const saying = (text: string) => ({ ...settings, args: ["-c", 'printf %s "$1"', "sh", text] });

Deno.test("exec plugin: its output is used, or refused with the reason", async () => {
  const table: [string, object, object | RegExp][] = [
    ["a token", saying(answer({ token: "t" })), { token: "t" }],
    ["a certificate", saying(answer({ clientCertificateData: "c", clientKeyData: "k" })), {
      certificate: "c",
      key: "k",
    }],
    ["half a certificate", saying(answer({ clientCertificateData: "c" })), /only one of certificate and key/],
    ["nothing", saying(answer({})), /neither a token nor a certificate/],
    ["no status", saying(answer({}, { status: null })), /neither a token nor a certificate/],
    ["null", saying("null"), /is not an ExecCredential/],
    ["text", saying("log in first"), /is not JSON/],
    ["another version", saying(answer({ token: "t" }, { apiVersion: "v1" })), /has the apiVersion v1, /],
    ["a failure", { ...settings, args: ["-c", "echo no login >&2; exit 3"] }, /exit code 3: no login/],
    [
      "one that is not there",
      { ...settings, command: "nosuch-plugin", installHint: "install it" },
      /no such program/,
    ],
    ["one that wants to ask", { ...settings, interactiveMode: "Always" }, /standard input is not a terminal/],
  ];
  for (const [what, settings, expected] of table) {
    const ask = execPlugin(settings, cluster);
    if (expected instanceof RegExp) {
      await assert.rejects(ask(), (error: GefyraError) => {
        assert.match(error.message, expected, what);
        return error.id === "credentials" && Boolean(error.hint);
      });
    } else assert.deepEqual(await ask(), expected, what);
  }
});

Deno.test("exec plugin: it gets kubectl's information, and runs again only when its credential has expired", async () => {
  const folder = await Deno.makeTempDir();
  const script = `echo "$KUBERNETES_EXEC_INFO $OWN" >>${folder}/asked
    echo '${
    answer({ token: "t", expirationTimestamp: "EXPIRES" })
  }' | sed "s/EXPIRES/$(cat ${folder}/expires)/"`;
  const ask = execPlugin({
    ...settings,
    args: ["-c", script],
    env: [{ name: "OWN", value: "mine" }],
    provideClusterInfo: true,
  }, cluster);
  const asked = async () => (await Deno.readTextFile(`${folder}/asked`)).trim().split("\n");
  try {
    await Deno.writeTextFile(`${folder}/expires`, "2000-01-01T00:00:00Z");
    await Promise.all([ask(), ask()]);
    const [first, ...others] = await asked();
    assert.deepEqual(others, []);
    const info = { kind: "ExecCredential", apiVersion, spec: { interactive: false, cluster } };
    assert.equal(first, `${JSON.stringify(info)} mine`);
    await Deno.writeTextFile(`${folder}/expires`, "2999-01-01T00:00:00Z");
    await ask();
    await ask();
    assert.equal((await asked()).length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
