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

export interface LoadOptions {
  /** The schemas of what only a project has. */
  sections: () => Promise<Record<string, TSchema>>;
  /** The project's file; absent: the nearest one. */
  project?: string | undefined;
  env?: (name: string) => string | undefined;
}

/** What checks a file is loaded only if there is one: this runs at each start of the program. */
export async function loadConfiguration(
  { sections, project = projectFile(Deno.cwd()), env = (name) => Deno.env.get(name) }: LoadOptions,
): Promise<Configuration> {
  const user = userFile(env);
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
