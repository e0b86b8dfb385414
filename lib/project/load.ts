/** Loads both configuration files. */
import type { TSchema } from "typebox";
import { isThere, projectFile, userFile } from "./locate.ts";
import type { ConfigFile } from "./read.ts";

export interface Loaded {
  file: string;
  content: ConfigFile;
}

export interface Configuration {
  user?: Loaded;
  project?: Loaded;
}

/** What checks a file is loaded only if there is one: this runs at each start of the program. */
export async function loadConfiguration(
  sections: () => Promise<Record<string, TSchema>> = () => Promise.resolve({}),
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
  folder: string = Deno.cwd(),
): Promise<Configuration> {
  const user = userFile(env), project = projectFile(folder);
  const found: Configuration = {};
  if (user && isThere(user)) found.user = await load(user, "user", {});
  if (project) found.project = await load(project, "project", await sections());
  return found;
}

async function load(
  file: string,
  kind: "user" | "project",
  sections: Record<string, TSchema>,
): Promise<Loaded> {
  const [{ readConfig }, { configSchema }] = await Promise.all([import("./read.ts"), import("./schema.ts")]);
  return { file, content: readConfig(file, configSchema(kind, sections)) };
}
