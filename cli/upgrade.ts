import { VERSION } from "../lib/names.ts";
import { releasesUrl } from "../lib/release/fetch.ts";
import { ownFile, systemOf, upgrade as upgradeProgram } from "../lib/release/upgrade.ts";
import { command, stepsOf } from "./command.ts";
import { say } from "./output.ts";

export const upgrade = () =>
  command("upgrade", "gefyra upgrade")
    .action(async (options) => {
      const { version, changed } = await upgradeProgram({
        file: ownFile(),
        version: VERSION,
        system: systemOf(Deno.build),
        releases: releasesUrl(),
        steps: stepsOf(options),
      });
      say(
        options,
        changed
          ? `gefyra ${version} is installed, in place of ${VERSION}. Run \`gefyra up\` again for its parts in the cluster and on this machine.`
          : `gefyra ${version} is the latest version. Nothing was changed.`,
      );
    });
