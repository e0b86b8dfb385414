import assert from "node:assert/strict";
import { projectFile, userFile } from "./locate.ts";

Deno.test("the user's file is where XDG says, on Windows in %APPDATA%", () => {
  const table: [Record<string, string>, string, string | undefined][] = [
    [{ HOME: "/home/me" }, "linux", "/home/me/.config/gefyra/config.yaml"],
    [{ HOME: "/home/me", XDG_CONFIG_HOME: "/x" }, "linux", "/x/gefyra/config.yaml"],
    [{ HOME: "/home/me", APPDATA: "/a" }, "darwin", "/home/me/.config/gefyra/config.yaml"],
    [{ USERPROFILE: "/u", APPDATA: "/a" }, "windows", "/a/gefyra/config.yaml"],
    [{ USERPROFILE: "/u" }, "windows", "/u/.config/gefyra/config.yaml"],
    [{}, "linux", undefined],
  ];
  for (const [env, os, expected] of table) assert.equal(userFile((name) => env[name], os), expected);
});

Deno.test("the project's file is the nearest one, up to the root of the repository", () => {
  const table: [string[], string, string | undefined][] = [
    [["/src/shop/gefyra.yaml"], "/src/shop", "/src/shop/gefyra.yaml"],
    [["/src/shop/gefyra.yaml", "/src/shop/.git"], "/src/shop/api/src", "/src/shop/gefyra.yaml"],
    [
      ["/src/shop/gefyra.yaml", "/src/shop/api/gefyra.yaml", "/src/shop/.git"],
      "/src/shop/api/src",
      "/src/shop/api/gefyra.yaml",
    ],
    [["/src/gefyra.yaml", "/src/shop/.git"], "/src/shop/api", undefined],
    // Not in a repository: what is above may be anybody's.
    [["/tmp/gefyra.yaml"], "/tmp/mine", undefined],
    [["/gefyra.yaml", "/.git"], "/tmp/mine", "/gefyra.yaml"],
    [["/gefyra.yaml"], "/", "/gefyra.yaml"],
  ];
  for (const [files, folder, expected] of table) {
    assert.equal(projectFile(folder, (path) => files.includes(path)), expected, folder);
  }
});
