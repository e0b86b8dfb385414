/** `gefyra config`: the defaults of a user and of a project. */
import { PROJECT_FILE, userFile } from "../lib/project/locate.ts";
import type { Resolved } from "../lib/project/settings.ts";
import { Argument } from "@commander-js/extra-typings";
import { command, outputOption } from "./command.ts";
import { settingsIn } from "./defaults.ts";
import { readConfiguration } from "./project/load.ts";
import { answer, type Column, table } from "./output.ts";

const env = (name: string) => Deno.env.get(name);

const example = `gefyra config view
gefyra config schema project > gefyra.schema.json`;

export const config = () =>
  command("config", example)
    .addCommand(view())
    .addCommand(schema());

const columns: Column<Resolved>[] = [
  { name: "SETTING", value: ({ name }) => name },
  { name: "VALUE", value: ({ value }) => value ?? "-" },
  { name: "SOURCE", value: ({ source }) => source },
  { name: "FROM", value: ({ from }) => from },
];

const view = () =>
  command("view", "gefyra config view -o json")
    .description("Show each setting, its value and where that comes from")
    .addOption(outputOption())
    .action(async (form) => {
      const found = await readConfiguration();
      const settings = settingsIn(found, env);
      const files = { user: found.user?.file, project: found.project?.file };
      await answer("config-view", { files, settings }, form, {
        text: () =>
          [
            table(settings, columns),
            "",
            `User:    ${files.user ?? `none (${userFile(env)})`}`,
            `Project: ${files.project ?? `none (${PROJECT_FILE})`}`,
          ].join("\n"),
      });
    });

const schema = () =>
  command("schema", "gefyra config schema project > gefyra.schema.json")
    .description("Print the JSON schema of a configuration file, for editors")
    .addArgument(
      new Argument("<file>", "config.yaml of the user, or gefyra.yaml of a project").choices(
        ["user", "project"] as const,
      ),
    )
    .action(async (kind) => {
      const [{ configSchema }, { sectionSchemas }] = await Promise.all([
        import("../lib/project/schema.ts"),
        import("./project/sections.ts"),
      ]);
      console.log(JSON.stringify(configSchema(kind, sectionSchemas()), null, 2));
    });
