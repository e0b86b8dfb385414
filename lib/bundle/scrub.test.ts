import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { scrub, secretsOf } from "./scrub.ts";

const publicKey = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
const privateKey = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
const { text, object } = scrub({ publicKeys: [publicKey], secrets: ["s3cr3t value", "short", "a"] });
const base64 = (value: string) => Buffer.from(value).toString("base64");

const texts: [string, string, string][] = [
  ["a public key stays", `peer ${publicKey}`, `peer ${publicKey}`],
  ["a key that is not known to be public goes", `PrivateKey = ${privateKey}`, "PrivateKey = <removed>"],
  ["a key inside of JSON goes", `{"k":"${privateKey}"}`, '{"k":"<removed>"}'],
  [
    "a token of a service account goes",
    "got eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlIn0.c2lnbmF0dXJl!",
    "got <removed>!",
  ],
  ["a bearer's token goes", "Authorization: Bearer abcdefgh12345", "Authorization: <removed> <removed>"],
  ["PEM goes", "x -----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\ny", "x <removed>\ny"],
  ["PEM that was cut goes", "-----BEGIN CERTIFICATE-----\nMIIB", "<removed>"],
  [
    "PEM in base64 goes",
    `data: ${base64("-----BEGIN RSA PRIVATE KEY-----\nabc")} end`,
    "data: <removed> end",
  ],
  [
    "a private key in base64 goes, once more encoded too",
    `${base64(privateKey)} ${base64(base64(privateKey))}`,
    "<removed> <removed>",
  ],
  ["a public key in base64 stays", base64(publicKey), base64(publicKey)],
  ["a token in base64 goes", base64("token: abcdefgh"), "<removed>"],
  ["other base64 stays", base64("nothing special at all in here"), base64("nothing special at all in here")],
  ["a URL's password goes", "postgres://me:pw@db:5432/x", "postgres://<removed>@db:5432/x"],
  ["what is called a password goes", "login PASSWORD=hunter2, next", "login PASSWORD=<removed>, next"],
  ["what is called a token goes, as JSON", '{"api_key": "abc123"}', '{"api_key": "<removed>"}'],
  ["a known value goes", "said s3cr3t value twice: s3cr3t value", "said <removed> twice: <removed>"],
  ["a known value goes from a URL", "?q=s3cr3t%20value", "?q=<removed>"],
  ["what is too short to be told apart stays", "short a", "short a"],
  [
    "what is ordinary stays",
    "GET http://web/ 200, 10.0.0.1:31820 MTU=1420",
    "GET http://web/ 200, 10.0.0.1:31820 MTU=1420",
  ],
];

for (const [name, before, after] of texts) {
  Deno.test(`bundle: ${name}`, () => assert.equal(text(before), after));
}

Deno.test("bundle: a known value is removed in base64 too, anywhere in the text", () => {
  const long = "correct horse battery staple";
  const { text } = scrub({ publicKeys: [], secrets: [long] });
  for (const before of ["", "a", "ab", "abc", "abcd"]) {
    const clean = text(base64(`${before}${long} and more`));
    assert.ok(clean.includes("<removed>"), clean);
    assert.ok(!Buffer.from(clean.replace("<removed>", ""), "base64").toString().includes("battery"), clean);
  }
});

Deno.test("bundle: environments keep only their names, in Docker's and in Kubernetes' format", () => {
  assert.deepEqual(object({ Config: { Env: ["A=1", "B", "C=x=y\nz"] } }), {
    Config: { Env: ["A=<removed>", "B", "C=<removed>"] },
  });
  const from = { secretKeyRef: { name: "db", key: "password" } };
  assert.deepEqual(
    object({ env: [{ name: "A", value: "1" }, { name: "B", valueFrom: from }, { name: "C" }] }),
    {
      env: [{ name: "A", value: "<removed>" }, { name: "B", valueFrom: from }, { name: "C" }],
    },
  );
});

Deno.test("bundle: fields with a secret's name, copies in annotations, and whose fields these are", () => {
  assert.deepEqual(
    object({
      metadata: {
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": '{"env":[]}', note: "fine" },
        managedFields: [{}],
      },
      spec: {
        token: "abc",
        automountServiceAccountToken: true,
        secretName: "db",
        publicKey,
        other: privateKey,
      },
      list: ["s3cr3t value", 1, null],
    }),
    {
      metadata: {
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "<removed>", note: "fine" },
      },
      spec: {
        token: "<removed>",
        automountServiceAccountToken: true,
        secretName: "db",
        publicKey,
        other: "<removed>",
      },
      list: ["<removed>", 1, null],
    },
  );
});

Deno.test("bundle: values of an environment are secrets, those of a shell's own variables are not", () => {
  assert.deepEqual(secretsOf(["PATH=/bin", "LC_ALL=C", "A=b=c", "EMPTY=", "NONE"]), ["b=c"]);
});
