import assert from "node:assert/strict";
import { contentOf, fileEntry, filesIn } from "./content.ts";

Deno.test("contentOf does not depend on the order of entries", async () => {
  const a = { path: "a", digest: "1" }, b = { path: "b", digest: "2" };
  assert.equal(await contentOf([a, b]), await contentOf([b, a]));
});

Deno.test("contentOf changes with a path and with a digest", async () => {
  const base = await contentOf([{ path: "a", digest: "1" }]);
  assert.notEqual(base, await contentOf([{ path: "b", digest: "1" }]));
  assert.notEqual(base, await contentOf([{ path: "a", digest: "2" }]));
});

Deno.test("the files of a folder leave out tests, prose and what is skipped", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/deep`);
    await Deno.mkdir(`${folder}/kube`);
    for (const file of ["Dockerfile", "x.test.ts", "README.md", "deep/run", "kube/main.go"]) {
      await Deno.writeTextFile(`${folder}/${file}`, file);
    }
    assert.deepEqual(await filesIn(folder, ["kube"]), ["Dockerfile", "deep/run"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the executable bit is content", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.chmod(file, 0o644);
    const plain = await fileEntry(file, "run");
    await Deno.chmod(file, 0o755);
    assert.notDeepEqual(await fileEntry(file, "run"), plain);
  } finally {
    await Deno.remove(file);
  }
});
