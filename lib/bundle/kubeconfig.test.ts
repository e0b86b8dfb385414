import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { stringify } from "yaml";
import { kubeconfigSecrets, secretsIn } from "./kubeconfig.ts";

Deno.test("bundle: a kubeconfig's secrets are its tokens, passwords, keys line by line, and a plugin's environment", () => {
  const key = Buffer.from(
    "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\nAwEHoUQD\n-----END EC PRIVATE KEY-----\n",
  );
  const data = key.toString("base64");
  const users = [
    { name: "a", user: { "client-key-data": data, username: "me", "client-key": "/path" } },
    { name: "b", user: { token: "abc", exec: { command: "aws", env: [{ name: "AWS_KEY", value: "def" }] } } },
    { name: "c" },
  ];
  assert.deepEqual(secretsIn(stringify({ users })), [data, "MHcCAQEE", "AwEHoUQD", "abc", "def"]);
  for (const text of ["", "{", "users:"]) assert.deepEqual(secretsIn(text), []);
});

Deno.test("bundle: a kubeconfig's token files and key files are secret too", async () => {
  const folder = await Deno.makeTempDir();
  const users = [{ name: "a", user: { tokenFile: "pki/token", "client-key": "pki/key" } }];
  await Deno.mkdir(`${folder}/pki`);
  await Deno.writeTextFile(`${folder}/config`, stringify({ users }));
  await Deno.writeTextFile(`${folder}/pki/token`, "ey.to_ken-1\n");
  await Deno.writeTextFile(
    `${folder}/pki/key`,
    "-----BEGIN PRIVATE KEY-----\nMHcCAQEE\n-----END PRIVATE KEY-----\n",
  );
  assert.deepEqual(await kubeconfigSecrets(`${folder}/config`), ["ey.to_ken-1", "MHcCAQEE"]);
  await Deno.remove(folder, { recursive: true });
});
