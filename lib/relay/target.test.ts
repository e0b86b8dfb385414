import assert from "node:assert/strict";
import { backoff } from "./relay.ts";
import { hostsOf, keepToken, readTarget, type Target, targetFiles } from "./target.ts";

const target = (server: string): Target => ({
  server,
  trust: { ca: "-----BEGIN", insecure: false },
  namespace: "gefyra",
  pod: "gefyra-stowaway-0",
});

Deno.test("an API server on the host's loopback may have another name inside of Docker's machine", () => {
  const hosts = (server: string) => hostsOf(target(server));
  assert.deepEqual(hosts("https://api.example.com/k8s/clusters/c-1"), ["api.example.com"]);
  assert.deepEqual(hosts("https://10.0.0.1:6443"), ["10.0.0.1"]);
  for (const server of ["https://127.0.0.1:6443", "https://localhost", "https://127.9.9.9"]) {
    assert.deepEqual(hosts(server), [new URL(server).hostname, "host.docker.internal"]);
  }
  assert.deepEqual(hosts("https://[::1]:6443"), ["::1", "host.docker.internal"]);
});

Deno.test("what is handed over is what is read, and a new token takes the old one's place", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = targetFiles(target("https://api:6443"), "first");
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    assert.deepEqual(await readTarget(folder), { target: target("https://api:6443"), token: "first" });
    await keepToken(folder, "second");
    assert.equal((await readTarget(folder)).token, "second");
    assert.equal((await Deno.stat(`${folder}/token`)).mode! & 0o777, 0o600);
    assert.equal([...Deno.readDirSync(folder)].length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the token is in no other file than its own", () => {
  const { token, ...others } = targetFiles(target("https://api:6443"), "s3cret");
  assert.equal(token, "s3cret");
  assert.ok(!JSON.stringify(others).includes("s3cret"));
});

Deno.test("the first attempts follow each other fast, the later ones with pauses", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 60].map(backoff), [250, 500, 1000, 2000, 4000, 5000, 5000]);
});
