/** `gefyra install --values`: parses the file and reports every problem at once. Pure. */
import { parse } from "yaml";
import { GefyraError, messageOf } from "../errors.ts";
import { schemaProblems } from "../schema-problems.ts";
import { type InstallValues, valuesSchema } from "./values-schema.ts";

/** An empty file is valid, and says nothing. */
export function parseValues(text: string, file: string): InstallValues {
  let values: unknown;
  try {
    values = parse(text, { logLevel: "error" }) ?? {};
  } catch (cause) {
    throw invalid(file, [`not YAML: ${messageOf(cause).split("\n")[0]}`], cause);
  }
  const problems = schemaProblems(valuesSchema(), values);
  if (problems.length) throw invalid(file, problems);
  return values as InstallValues;
}

function invalid(file: string, problems: string[], cause?: unknown): GefyraError {
  return new GefyraError("values-invalid", `Cannot use ${file}: ${problems.join("; ")}`, {
    exit: "usage",
    hint: "docs/install.md lists what the file may contain",
    cause,
  });
}
