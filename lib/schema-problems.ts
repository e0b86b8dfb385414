/** Says what is wrong with a value that a file contains. Pure. */
import type { TSchema } from "typebox";
import { Settings } from "typebox/system";
import { Errors } from "typebox/value";

const MOST_PROBLEMS = 200;

/** Every problem, each with its place; none if the value is valid. */
export function schemaProblems(schema: TSchema, value: unknown): string[] {
  // TypeBox stops after eight.
  Settings.Set({ maxErrors: MOST_PROBLEMS });
  return Errors(schema, value).flatMap(problemOf);
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
