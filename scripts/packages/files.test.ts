import assert from "node:assert/strict";
import { Type } from "typebox";
import { Errors } from "typebox/value";
import { parse, parseAllDocuments } from "yaml";
import { archiveName, type ReleaseFacts, systems } from "../../lib/release/facts.ts";
import { targets } from "../compile/targets.ts";
import { packageFiles } from "./files.ts";
import { nfpmConfig } from "./linux.ts";
import { product, releaseOf } from "./product.ts";

const template = await Deno.readTextFile(new URL("install.sh", import.meta.url));
/** Each archive has a sum of its own: two that are exchanged would be seen. */
const facts: ReleaseFacts = {
  version: "1.2.3",
  archives: Object.fromEntries(
    systems.map((system, index) => [system, {
      name: archiveName("1.2.3", system),
      sha256: String(index + 1).repeat(64),
    }]),
  ),
};
const release = releaseOf(facts, "https://releases.example");
const files = packageFiles(release, template);
const at = (system: string) => `https://releases.example/download/v1.2.3/${archiveName("1.2.3", system)}`;

Deno.test("every package names each archive with the sum of that archive", () => {
  const named: Record<string, readonly string[]> = {
    "gefyra.rb": systems.slice(0, 4),
    "gefyra.nix": systems.slice(0, 4),
    "gefyra.json": ["windows-x64"],
    "Gefyra.Gefyra.installer.yaml": ["windows-x64"],
  };
  for (const [path, wanted] of Object.entries(named)) {
    const pairs = [
      ...files[path]!.matchAll(/"?(https:[^"\s]+\.(?:tar\.gz|zip))"?[^0-9]*(?:sha256|hash|Sha256)\W+(\d+)/gi),
    ];
    const found = pairs.filter(([, url]) => !url!.includes("$")).map(([, url, sum]) => [url, sum]);
    const expected = wanted.map((system) => [at(system), facts.archives[system]!.sha256]);
    assert.deepEqual(found.sort(), expected.sort(), path);
  }
});

Deno.test("the packages know the systems that the program is compiled for", () => {
  assert.deepEqual(targets.map(({ name }) => name), [...systems]);
});

Deno.test("a package is not made of a release that lacks one of its archives", () => {
  const { "macos-arm64": _, ...archives } = facts.archives;
  assert.throws(() => packageFiles({ ...release, archives }, template), /no archive for macos-arm64/);
});

Deno.test("install.sh has the release's version, folder and sums, and its template has none", () => {
  const script = files["install.sh"]!;
  assert.match(script, /^VERSION='1\.2\.3'$/m);
  assert.match(script, /^URL='https:\/\/releases\.example\/download\/v1\.2\.3'$/m);
  for (const system of systems.slice(0, 4)) {
    const { name, sha256 } = facts.archives[system]!;
    assert.ok(script.includes(`${system} ${name} ${sha256}`), system);
  }
  assert.doesNotMatch(script, /windows/);
  assert.throws(() => packageFiles(release, "#!/bin/sh\n"), /install\.sh has no line VERSION/);
});

Deno.test("scoop's manifest has the fields that scoop knows, and nothing else", () => {
  const text = (pattern?: string) => Type.String(pattern === undefined ? {} : { pattern });
  const strict = { additionalProperties: false };
  // The part of scoop's `schema.json` that a zip with one program needs; scoop refuses unknown fields as well.
  const schema = Type.Object({
    version: text("^[\\w.\\-+]+$"),
    description: text(),
    homepage: text("^https://"),
    license: text("^[A-Za-z0-9.-]+$"),
    architecture: Type.Object({
      "64bit": Type.Object({ url: text("^https://[^$]+$"), hash: text("^[a-fA-F0-9]{64}$") }, strict),
    }, strict),
    bin: text(),
    checkver: Type.Object({ github: text("^https://") }, strict),
    autoupdate: Type.Object({
      architecture: Type.Object({ "64bit": Type.Object({ url: text() }, strict) }, strict),
    }, strict),
  }, strict);
  const manifest = JSON.parse(files["gefyra.json"]!);
  assert.deepEqual([...Errors(schema, manifest)], []);
  const next = manifest.autoupdate.architecture["64bit"].url.replaceAll("$version", "1.2.3");
  assert.equal(next, manifest.architecture["64bit"].url);
});

Deno.test("winget's three manifests are about the same version of the same package", () => {
  const winget = Object.entries(files).filter(([path]) => path.startsWith("Gefyra."))
    .map(([, text]) => parse(text));
  assert.deepEqual(winget.map(({ ManifestType }) => ManifestType).sort(), [
    "defaultLocale",
    "installer",
    "version",
  ]);
  for (const one of winget) {
    assert.equal(one.PackageIdentifier, "Gefyra.Gefyra");
    assert.equal(one.PackageVersion, "1.2.3");
  }
  for (const [path, text] of Object.entries(files)) {
    if (path.endsWith(".yaml")) {
      assert.deepEqual(parseAllDocuments(text).flatMap(({ errors }) => errors), [], path);
    }
  }
});

Deno.test("the one line about the program is as long as the packages allow", () => {
  // Homebrew: up to 80 characters, no article first, no period, not the name. winget: 3 to 256.
  assert.ok(product.summary.length <= 80);
  assert.doesNotMatch(product.summary, /^(An?|The) |\.$|gefyra/i);
});

Deno.test("the description for deb and rpm has the program where all users find it, owned by root", () => {
  const config = parse(nfpmConfig("1.2.3", "arm64", "/work"));
  assert.equal(config.arch, "arm64");
  const [program] = config.contents;
  assert.deepEqual([program.src, program.dst, program.file_info.mode, program.file_info.owner], [
    "/work/gefyra",
    "/usr/bin/gefyra",
    0o755,
    "root",
  ]);
});
