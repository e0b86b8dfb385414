/** `gefyra install --values`: parses the file and reports every problem at once. Pure. */
import { parse } from "yaml";
import { Settings } from "typebox/system";
import { Errors } from "typebox/value";
import { GefyraError, messageOf } from "../errors.ts";
import { type InstallValues, valuesSchema } from "./values-schema.ts";

const MOST_PROBLEMS = 200;

/** An empty file is valid, and says nothing. */
export function parseValues(text: string, file: string): InstallValues {
  let values: unknown;
  try {
    values = parse(text, { logLevel: "error" }) ?? {};
  } catch (cause) {
    throw invalid(file, [`not YAML: ${messageOf(cause).split("\n")[0]}`], cause);
  }
  // TypeBox stops after eight.
  Settings.Set({ maxErrors: MOST_PROBLEMS });
  const problems = Errors(valuesSchema(), values).flatMap(problemOf);
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

interface Problem {
  keyword: string;
  instancePath: string;
  params: object;
  message: string;
}

/** e.g. `operator.resources.limits.memory must match …`; none for what another problem says. */
function problemOf({ keyword, instancePath, params, message }: Problem): string[] {
  const path = instancePath.slice(1).replaceAll("/", ".") || "the file";
  switch (keyword) {
    case "additionalProperties":
      return [];
    case "boolean":
      return [`${path} is unknown`];
    case "enum":
      return [`${path} must be one of ${(params as { allowedValues: string[] }).allowedValues.join(", ")}`];
    case "pattern":
      return [`${path} is not valid`];
    default:
      return [`${path} ${message}`];
  }
}
