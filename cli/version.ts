import { VERSION } from "../lib/names.ts";
import { revision } from "../lib/revision.ts";
import { command, outputOption } from "./command.ts";
import { answer } from "./output.ts";

export const programVersion = () => ({
  gefyra: VERSION,
  revision: revision(),
  deno: Deno.version.deno,
  platform: `${Deno.build.os}/${Deno.build.arch}`,
});

export const version = () =>
  command("version", "gefyra version --check\ngefyra version -o json")
    .option("--check", "also look whether there is a newer release; nothing looks without it")
    .addOption(outputOption())
    .action(async ({ check, ...form }) => {
      const version = programVersion();
      const text = () => `gefyra ${VERSION}`;
      if (!check) return await answer("version", version, form, { text });
      const { latestRelease, releasesUrl } = await import("../lib/release/fetch.ts");
      const { isNewer } = await import("../lib/release/upgrade.ts");
      const { version: latest } = await latestRelease(releasesUrl());
      const newer = isNewer(latest, VERSION);
      await answer("version", { ...version, latest, newer }, form, {
        text: () =>
          `${text()}\n${newer ? `Version ${latest} is there: gefyra upgrade` : "It is the latest version."}`,
      });
    });
