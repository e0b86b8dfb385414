/** The configuration, with everything that a project may say. */
import { type Configuration, loadConfiguration } from "../../lib/project/load.ts";

/** `project`: a file named by the user; absent: the nearest one. */
export function readConfiguration(project?: string): Promise<Configuration> {
  // Loaded only if there is a project.
  const sections = async () => (await import("./sections.ts")).sectionSchemas();
  return loadConfiguration({ sections, project });
}
