import assert from "node:assert/strict";
import { authenticator } from "./credentials.ts";
import type { UserSettings } from "./kubeconfig.ts";

const apiVersion = "client.authentication.k8s.io/v1";
/** What a request to the API server gets. */
async function headersOf(user: UserSettings): Promise<Record<string, string>> {
  const options = { headers: { Accept: "a" } };
  const context = { name: "c", namespace: "default", server: "https://api", cluster: {}, user };
  await authenticator(context).applyAuthentication({ name: "user" } as never, options as never);
  const { Accept: _, ...headers } = options.headers;
  return headers;
}

Deno.test("credentials: a token takes precedence over a plugin, and a token file over a token in the kubeconfig", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/token`;
  const exec = {
    apiVersion,
    interactiveMode: "Never",
    command: "echo",
    args: [`{"kind": "ExecCredential", "apiVersion": "${apiVersion}", "status": {"token": "plugin"}}`],
  };
  try {
    await Deno.writeTextFile(file, "file\n");
    const table: [string, UserSettings, Record<string, string>][] = [
      ["nobody", {}, {}],
      ["a token", { token: "t" }, { Authorization: "Bearer t" }],
      ["a file", { tokenFile: file, token: "t" }, { Authorization: "Bearer file" }],
      ["a file that is gone", { tokenFile: `${folder}/gone`, token: "t" }, { Authorization: "Bearer t" }],
      ["a plugin", { exec }, { Authorization: "Bearer plugin" }],
      ["a token beside a plugin", { exec, token: "t" }, { Authorization: "Bearer t" }],
      ["a password beside a plugin", { exec, username: "me", password: "p" }, {}],
      ["a certificate beside a plugin", { exec, "client-certificate": "/x", "client-key": "/y" }, {}],
      [
        "somebody else",
        { token: "t", as: "you", "as-uid": "1", "as-groups": ["g"], "as-user-extra": { "a/B": ["c"] } },
        {
          Authorization: "Bearer t",
          "Impersonate-Uid": "1",
          "Impersonate-Group": "g",
          "Impersonate-Extra-a%2Fb": "c",
        },
      ],
    ];
    for (const [what, user, expected] of table) assert.deepEqual(await headersOf(user), expected, what);
    await Deno.writeTextFile(file, "renewed");
    assert.deepEqual(await headersOf({ tokenFile: file }), { Authorization: "Bearer renewed" });
    await Deno.writeTextFile(file, "\n");
    await assert.rejects(headersOf({ tokenFile: file }), /Cannot read the token in .*: it is empty/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("credentials: a token that is invalid in a header is refused, and not quoted", async () => {
  await assert.rejects(headersOf({ token: "se\ncret" }), (error: Error) => {
    assert.match(error.message, /it is not one word/);
    return !error.message.includes("cret");
  });
});
