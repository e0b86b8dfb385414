import { VERSION } from "../lib/names.ts";
import { revision } from "../lib/revision.ts";
import { command, outputOption } from "./command.ts";
import { print } from "./output.ts";

export const programVersion = () => ({
  gefyra: VERSION,
  revision: revision(),
  deno: Deno.version.deno,
  platform: `${Deno.build.os}/${Deno.build.arch}`,
});

export const version = () =>
  command("version", "gefyra version --check\ngefyra version -o json")
    .option("--check", "also look whether there is a newer release; nothing looks without it")
    .addOption(outputOption(["json", "yaml"]))
    .action(async ({ check, output }) => {
      const version = programVersion();
      if (!check) return print(version, output, () => `gefyra ${VERSION}`);
      const { latestRelease, releasesUrl } = await import("../lib/release/fetch.ts");
      const { isNewer } = await import("../lib/release/upgrade.ts");
      const { version: latest } = await latestRelease(releasesUrl());
      const newer = isNewer(latest, VERSION);
      print(
        { ...version, latest, newer },
        output,
        () =>
          `gefyra ${VERSION}\n${
            newer ? `Version ${latest} is there: gefyra upgrade` : "It is the latest version."
          }`,
      );
    });
