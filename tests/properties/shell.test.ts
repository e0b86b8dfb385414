/** Nothing that a user or an object of the cluster says is part of a program that a shell or Perl reads. */
import assert from "node:assert/strict";

const root = new URL("../..", import.meta.url).pathname;

/** Files below the folders, by their path from the root. */
async function sources(folders: string[], matches: RegExp): Promise<[path: string, text: string][]> {
  const found: [string, string][] = [];
  for (const folder of folders) {
    for await (const { name, isDirectory } of Deno.readDir(`${root}${folder}`)) {
      const path = `${folder}/${name}`;
      if (isDirectory) found.push(...await sources([path], matches));
      else if (matches.test(path)) found.push([path, await Deno.readTextFile(`${root}${path}`)]);
    }
  }
  return found;
}

/** What is handed to an interpreter as its program. */
const programsIn = (text: string) =>
  [...text.matchAll(/"(?:(?:ba|da)?sh|perl|python3|ruby|php|[a-z/]*node)",\s*"-[cer]",\s*([^,\]]+)/g)]
    .map(([, program = ""]) => program.trim());

Deno.test("every program is a constant, and gets what varies as arguments", async () => {
  let found = 0;
  for (const [path, text] of await sources(["lib", "operator", "cli"], /(?<!\.test)\.ts$/)) {
    for (const program of programsIn(text)) {
      found++;
      assert.match(program, /^[A-Z_]+$/, `${path}: ${program}`);
    }
  }
  assert.ok(found > 5, `${found} programs`);
});

Deno.test("no script of an image evaluates a text", async () => {
  const scripts = /images\/(?:carrier|cargo)\/[a-z-]+(?:\.sh)?$/;
  let found = 0;
  for (const [path, text] of await sources(["images"], scripts)) {
    if (!text.startsWith("#!") && !text.startsWith("# shellcheck")) continue;
    found++;
    const lines = text.split("\n").filter((line) => !line.trim().startsWith("#"));
    for (const line of lines) {
      assert.doesNotMatch(line, /(?:^|[;&|(]\s*|\s)(?:eval|ba?sh -c|sh -c)\s/, `${path}: ${line}`);
    }
  }
  assert.ok(found >= 2, `${found} scripts`);
});
