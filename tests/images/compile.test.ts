/**
 * `deno task compile` with programs in the place of `denort`, which Deno would fetch: the graph, what is embedded, the
 * platforms' formats and the archives are real. That the result starts is not shown here.
 */
import assert from "node:assert/strict";
import { unzipSync } from "fflate";
import { parseAllDocuments } from "yaml";
import { manifests } from "../../lib/config/manifests.ts";
import { defaultImages } from "../../lib/images.ts";
import { NAMESPACE, VERSION } from "../../lib/names.ts";
import { output } from "../../scripts/images/command.ts";

const root = new URL("../..", import.meta.url).pathname;

interface Case {
  /** As Go names the platform. */
  os: string;
  /** The first bytes of its programs. */
  magic: string;
  targets: string[];
  archive: "tar.gz" | "zip";
  program: string;
}

const cases: Case[] = [
  {
    os: "linux",
    magic: "7f454c46",
    targets: ["linux-x64", "linux-arm64"],
    archive: "tar.gz",
    program: "gefyra",
  },
  {
    os: "darwin",
    magic: "cffaedfe",
    targets: ["macos-x64", "macos-arm64"],
    archive: "tar.gz",
    program: "gefyra",
  },
  { os: "windows", magic: "4d5a", targets: ["windows-x64"], archive: "zip", program: "gefyra.exe" },
];

Deno.test("compile makes an archive for each platform, with the program and what belongs to it", async (t) => {
  const work = await Deno.makeTempDir({ prefix: "gefyra-compile-test-" });
  try {
    const revision = await output("git", ["rev-parse", "HEAD"], { cwd: root });
    await Deno.writeTextFile(`${work}/go.mod`, "module base\n\ngo 1.25.0\n");
    await Deno.writeTextFile(`${work}/main.go`, "package main\n\nfunc main() {}\n");
    for (const { os, magic, targets, archive, program } of cases) {
      await t.step(os, async () => {
        const base = `${work}/base-${os}`, out = `${work}/${os}`;
        const goos = { GOOS: os, GOARCH: "amd64", CGO_ENABLED: "0" };
        await output("go", ["build", "-o", base, "."], { cwd: work, env: goos });
        const named = targets.flatMap((target) => ["--target", target]);
        await output(Deno.execPath(), ["run", "--allow-all", "scripts/compile.ts", "--out", out, ...named], {
          cwd: root,
          env: { DENORT_BIN: base },
        });
        await output("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: out });
        for (const target of targets) {
          const files = await unpack(`${out}/gefyra-${VERSION}-${target}.${archive}`, archive);
          assert.ok(files["man/gefyra-lab-up.1"]);
          assert.deepEqual(
            Object.keys(files).filter((name) => !name.startsWith("man/")).sort(),
            ["LICENSE", "README.md", "build.json", "gefyra.cdx.json", program, "manifests.yaml"].sort(),
          );
          assertProgram(files[program]!, magic);
          const text = (name: string) => new TextDecoder().decode(files[name]);
          const build = JSON.parse(text("build.json"));
          assert.deepEqual({ ...build, revision: build.revision.replace(/-dirty$/, "") }, {
            version: VERSION,
            revision,
            deno: Deno.version.deno,
          });
          const objects = manifests({ namespace: NAMESPACE, images: defaultImages });
          assert.deepEqual(
            parseAllDocuments(text("manifests.yaml")).map((document) => document.toJS()),
            JSON.parse(JSON.stringify(objects)),
          );
        }
      });
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
});

/** The bundle with all chunks, and the permissions that `denort` grants. */
function assertProgram(bytes: Uint8Array, magic: string): void {
  assert.ok(bytes.slice(0, 4).toHex().startsWith(magic), bytes.slice(0, 4).toHex());
  const text = new TextDecoder("latin1").decode(bytes);
  for (
    const part of ["gefyra.js", "Connect this machine to a cluster", "docker-unreachable", "GefyraBridge"]
  ) {
    assert.ok(text.includes(part), `${part} is not in the program`);
  }
  const granted = JSON.parse(text.match(/"permissions":(\{[^}]*\})/)?.[1] ?? "{}");
  const kinds = ["env", "ffi", "net", "read", "run", "sys", "write"];
  const allowed = kinds.filter((kind) => granted[`allow_${kind}`]?.length === 0);
  assert.deepEqual(allowed, ["env", "net", "read", "run", "sys", "write"]);
  assert.equal(granted.prompt, false);
}

async function unpack(file: string, kind: Case["archive"]): Promise<Record<string, Uint8Array>> {
  if (kind === "zip") return unzipSync(await Deno.readFile(file));
  const folder = `${file}.unpacked`;
  await Deno.mkdir(folder);
  await output("tar", ["--extract", "--gzip", "--file", file, "--directory", folder]);
  const names = (await output("tar", ["--list", "--gzip", "--file", file])).split("\n");
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await Deno.readFile(`${folder}/${name}`)])),
  );
}
