/** Puts together the variables of an app container. Pure. */
import { localVariables } from "./local.ts";
import type { Variables } from "./environ.ts";

export interface EnvironmentParts {
  /** Of containers in the cluster; later ones win. */
  from: Variables[];
  /** `NAME=VALUE` from files. */
  files: string[];
  /** As `docker run --env`; `NAME` without a value removes a variable. */
  own: string[];
}

/** One entry for each name: own ones win over those of files, and these over those of the cluster. */
export function mergeEnvironment({ from, files, own }: EnvironmentParts): string[] {
  const merged = new Map<string, string>();
  for (const variables of from) {
    for (const [name, value] of localVariables(variables)) merged.set(name, `${name}=${value}`);
  }
  for (const entry of [...files, ...own]) merged.set(nameOf(entry), entry);
  return [...merged.values()];
}

export const nameOf = (entry: string): string => entry.split("=")[0] ?? "";

/** The variables whose values come from the cluster or from files, and not from the command line. */
export function hiddenNames({ from, files, own }: EnvironmentParts): string[] {
  const typed = own.map(nameOf);
  return [...from.flatMap((variables) => [...variables.keys()]), ...files.map(nameOf)]
    .filter((name) => !typed.includes(name));
}
