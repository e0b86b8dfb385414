/** Reads a configuration file, and reports every problem at once. */
import type { TSchema } from "typebox";
import { parse } from "yaml";
import { GefyraError, messageOf } from "../errors.ts";
import { schemaProblems } from "../schema-problems.ts";
import { type Defaults, settingNames, settingOf } from "./settings.ts";

export interface ConfigFile {
  defaults?: Defaults;
  [section: string]: unknown;
}

export function readConfig(file: string, schema: TSchema): ConfigFile {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (cause) {
    throw new GefyraError("config-unreadable", `Cannot read ${file}: ${messageOf(cause)}`, {
      exit: "usage",
      hint: "make it readable, or remove it",
      cause,
    });
  }
  return parseConfig(text, file, schema);
}

/** An empty file is valid. Pure. */
export function parseConfig(text: string, file: string, schema: TSchema): ConfigFile {
  let content: unknown;
  try {
    content = parse(text, { logLevel: "error" }) ?? {};
  } catch (cause) {
    throw invalid(file, [`not YAML: ${messageOf(cause).split("\n")[0]}`], cause);
  }
  const problems = schemaProblems(schema, content).map(ofTheUser);
  if (problems.length) throw invalid(file, problems);
  return content as ConfigFile;
}

/** A setting that exists, but not here. */
function ofTheUser(problem: string): string {
  const name = settingNames.find((one) => problem === `defaults.${one} is unknown`);
  return name && settingOf(name).userOnly
    ? `defaults.${name} may only be set in your own config.yaml`
    : problem;
}

function invalid(file: string, problems: string[], cause?: unknown): GefyraError {
  return new GefyraError("config-invalid", `Cannot use ${file}: ${problems.join("; ")}`, {
    exit: "usage",
    hint: "correct the file; `gefyra config schema` prints what it may contain",
    cause,
  });
}
