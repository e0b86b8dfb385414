import { VERSION } from "../lib/names.ts";
import { command, outputOption } from "./command.ts";
import { print } from "./output.ts";

export const programVersion = () => ({
  gefyra: VERSION,
  deno: Deno.version.deno,
  platform: `${Deno.build.os}/${Deno.build.arch}`,
});

export const version = () =>
  command("version", "gefyra version -o json")
    .addOption(outputOption(["json", "yaml"]))
    .action(({ output }) => print(programVersion(), output, () => `gefyra ${VERSION}`));
