import assert from "node:assert/strict";
import { silentSteps } from "../steps.ts";
import { ownerOf, ownerOfPath } from "./owner.ts";
import { upgrade } from "./upgrade.ts";

const paths: Record<string, string | undefined> = {
  "/opt/homebrew/Cellar/gefyra/1.2.3/bin/gefyra": "brew upgrade gefyra",
  "/home/linuxbrew/.linuxbrew/Cellar/gefyra/1.2.3/bin/gefyra": "brew upgrade gefyra",
  "C:\\Users\\me\\scoop\\apps\\gefyra\\1.2.3\\gefyra.exe": "scoop update gefyra",
  "C:\\Users\\me\\AppData\\Local\\Microsoft\\WinGet\\Packages\\Gefyra.Gefyra_1\\gefyra.exe":
    "winget upgrade Gefyra.Gefyra",
  "/nix/store/abc-gefyra-1.2.3/bin/gefyra": "nix-env --upgrade gefyra, or your own Nix configuration",
  "/home/me/.local/bin/gefyra": undefined,
  "/usr/local/bin/gefyra": undefined,
};
for (const [path, command] of Object.entries(paths)) {
  Deno.test(`the owner of ${path}`, () => assert.equal(ownerOfPath(path), command));
}

const onDebian = await Deno.stat("/usr/bin/dpkg-query").then(() => true, () => false);

Deno.test("dpkg's files are dpkg's, others are nobody's", { ignore: !onDebian }, async () => {
  assert.match(await ownerOf("/usr/bin/dpkg-query") ?? "", /^apt /);
  assert.equal(await ownerOf(await Deno.realPath(Deno.execPath())), undefined);
});

Deno.test(
  "a package manager's file is refused before anything is fetched",
  { ignore: !onDebian },
  async () => {
    const options = {
      version: "1.0.0",
      system: "linux-x64",
      releases: "http://127.0.0.1:1",
      steps: silentSteps,
    };
    await assert.rejects(upgrade({ ...options, file: "/usr/bin/dpkg-query" }), {
      id: "upgrade-refused",
      exit: "refused",
    });
  },
);
