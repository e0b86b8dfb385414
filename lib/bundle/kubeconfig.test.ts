import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { stringify } from "yaml";
import { secretsIn } from "./kubeconfig.ts";

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
