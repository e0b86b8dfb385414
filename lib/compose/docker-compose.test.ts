import assert from "node:assert/strict";
import { cwd } from "node:process";
import { globalOptions } from "./docker-compose.ts";

const none = { files: [], profiles: [], envFiles: [] };

Deno.test("Compose reads the files that are given, else those that it finds", () => {
  assert.deepEqual(globalOptions(none), ["compose"]);
  assert.deepEqual(
    globalOptions({
      files: ["a.yaml", "b.yaml"],
      project: "shop",
      profiles: ["dev"],
      envFiles: [".env.dev"],
    }),
    "compose --project-name shop --profile dev --env-file .env.dev --file a.yaml --file b.yaml".split(" "),
  );
});

Deno.test("for a changed project, the folder is that of the first file", () => {
  const options = (files: string[]) => globalOptions({ ...none, files }, { stdin: true }).slice(1);
  assert.deepEqual(options(["sub/a.yaml", "b.yaml"]), ["--project-directory", `${cwd()}/sub`, "--file", "-"]);
  for (const files of [[], ["-"]]) {
    assert.deepEqual(options(files), ["--project-directory", cwd(), "--file", "-"]);
  }
});
