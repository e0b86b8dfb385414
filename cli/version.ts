import { VERSION } from "../lib/names.ts";
import { command, outputOption } from "./command.ts";
import { print } from "./output.ts";

export const version = () =>
  command("version", "Print the version", "gefyra version -o json")
    .addOption(outputOption(["json", "yaml"]))
    .action(({ output }) => {
      const data = {
        gefyra: VERSION,
        deno: Deno.version.deno,
        platform: `${Deno.build.os}/${Deno.build.arch}`,
      };
      print(data, output, () => `gefyra ${VERSION}`);
    });
