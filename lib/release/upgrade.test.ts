import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { pack } from "tar-stream";
import { silentSteps } from "../steps.ts";
import { archiveName, type ReleaseFacts } from "./facts.ts";
import { replaceProgram } from "./replace.ts";
import { isNewer, systemOf, upgrade } from "./upgrade.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const NEW = encode("#!/bin/sh\necho new\n");

function tarOf(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const tar = pack();
  tar.entry({ name: "LICENSE" }, "free");
  tar.entry({ name }, Buffer.from(NEW));
  tar.finalize();
  return Array.fromAsync(tar).then((chunks) =>
    new Uint8Array(gzipSync(Buffer.concat(chunks as Uint8Array[])))
  );
}

interface Mirror extends AsyncDisposable {
  url: string;
  asked: string[];
}

/** A file server on loopback with one release. */
async function mirror(
  change: { facts?: (facts: ReleaseFacts) => unknown; archive?: Uint8Array<ArrayBuffer> | null } = {},
): Promise<Mirror> {
  const tar = await tarOf("gefyra");
  const zip = new Uint8Array(zipSync({ "gefyra.exe": NEW }));
  const archives: ReleaseFacts["archives"] = {};
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [system, content] of [["linux-x64", tar], ["windows-x64", zip]] as const) {
    const name = archiveName("2.0.0", system);
    const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex();
    archives[system] = { name, sha256 };
    if (change.archive !== null) files.set(`/download/v2.0.0/${name}`, change.archive ?? content);
  }
  const facts = (change.facts ?? ((one) => one))({ version: "2.0.0", archives });
  files.set("/latest/download/release.json", encode(JSON.stringify(facts)));
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const path = new URL(request.url).pathname;
    asked.push(path);
    const file = files.get(path);
    return file ? new Response(file) : new Response("none", { status: 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An old program in a folder of its own. */
async function installed() {
  const folder = await Deno.makeTempDir({ prefix: "gefyra-upgrade-" });
  const file = `${folder}/gefyra`;
  await Deno.writeTextFile(file, "old", { mode: 0o700 });
  const read = () => Deno.readTextFile(file);
  const names = async () => (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  const run = (releases: string, version = "1.0.0", system = "linux-x64") =>
    upgrade({ file, version, system, releases, steps: silentSteps });
  return {
    folder,
    file,
    read,
    names,
    run,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("a newer release replaces the program, which can be run", async () => {
  await using releases = await mirror();
  await using program = await installed();
  assert.deepEqual(await program.run(releases.url), { version: "2.0.0", changed: true });
  assert.equal(await program.read(), new TextDecoder().decode(NEW));
  assert.deepEqual(await program.names(), ["gefyra"]);
  const { stdout } = await new Deno.Command(program.file).output();
  assert.equal(new TextDecoder().decode(stdout), "new\n");
});

Deno.test("a link leads to the program that is replaced, and stays a link", async () => {
  await using releases = await mirror();
  await using program = await installed();
  const link = `${program.folder}/link`;
  await Deno.symlink(program.file, link);
  await upgrade({
    file: link,
    version: "1.0.0",
    system: "linux-x64",
    releases: releases.url,
    steps: silentSteps,
  });
  assert.ok((await Deno.lstat(link)).isSymlink);
  assert.equal(await program.read(), new TextDecoder().decode(NEW));
});

Deno.test("the archive for Windows is a zip", async () => {
  await using releases = await mirror();
  await using program = await installed();
  await program.run(releases.url, "1.0.0", "windows-x64");
  assert.equal(await program.read(), new TextDecoder().decode(NEW));
});

Deno.test("the same version, or an older release, fetches and changes nothing", async () => {
  await using releases = await mirror();
  await using program = await installed();
  for (const version of ["2.0.0", "2.0.1", "10.0.0"]) {
    assert.deepEqual(await program.run(releases.url, version), { version, changed: false });
  }
  assert.deepEqual(new Set(releases.asked), new Set(["/latest/download/release.json"]));
  assert.equal(await program.read(), "old");
});

Deno.test("what is wrong with a release changes nothing, and leaves nothing", async () => {
  const cases: [string, Parameters<typeof mirror>[0], string?][] = [
    ["release-changed", { archive: encode("another") }],
    ["release-unreachable", { archive: null }],
    ["release-unreadable", { facts: () => "a page" }],
    ["release-missing", {}, "macos-x64"],
  ];
  for (const [id, change, system] of cases) {
    await using releases = await mirror(change);
    await using program = await installed();
    await assert.rejects(program.run(releases.url, "1.0.0", system), { id }, id);
    assert.equal(await program.read(), "old", id);
    assert.deepEqual(await program.names(), ["gefyra"], id);
  }
});

Deno.test("an archive without the program is refused", async () => {
  const archive = await tarOf("other");
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", archive)).toHex();
  const facts = (one: ReleaseFacts) => ({
    ...one,
    archives: { "linux-x64": { ...one.archives["linux-x64"]!, sha256 } },
  });
  await using releases = await mirror({ archive, facts });
  await using program = await installed();
  await assert.rejects(program.run(releases.url), { id: "release-unreadable" });
  assert.equal(await program.read(), "old");
});

Deno.test("a server that is not there is named", async () => {
  const { url } = await (async () => {
    await using releases = await mirror();
    return releases;
  })();
  await using program = await installed();
  await assert.rejects(program.run(url), { id: "release-unreachable", exit: "unreachable" });
});

Deno.test("on Windows the running program is moved out of the way first", async () => {
  await using program = await installed();
  for (const content of ["next", "last"]) await replaceProgram(program.file, encode(content), "windows");
  assert.equal(await program.read(), "last");
  assert.deepEqual(await program.names(), ["gefyra", "gefyra.old"]);
  assert.equal(await Deno.readTextFile(`${program.file}.old`), "next");
});

Deno.test("a folder that may not be written to is named", async () => {
  await assert.rejects(replaceProgram("/proc/gefyra", NEW), { id: "upgrade-denied", exit: "forbidden" });
});

Deno.test("versions are compared as versions, candidates come before their release", () => {
  assert.ok(isNewer("1.10.0", "1.9.9"));
  assert.ok(isNewer("1.0.0", "1.0.0-rc.1"));
  assert.ok(!isNewer("1.0.0-rc.1", "1.0.0"));
  assert.ok(!isNewer("1.0.0", "1.0.0"));
});

Deno.test("Deno's names of systems are those of the archives", () => {
  assert.equal(systemOf({ os: "linux", arch: "x86_64" }), "linux-x64");
  assert.equal(systemOf({ os: "darwin", arch: "aarch64" }), "macos-arm64");
  assert.equal(systemOf({ os: "windows", arch: "x86_64" }), "windows-x64");
});
