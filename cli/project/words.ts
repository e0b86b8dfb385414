/** Turns a section of `gefyra.yaml` into a command line, so that the command itself checks it. Pure. */
import { keysOf, type Section } from "./sections.ts";

export type Values = Record<string, unknown>;

/** `own`: options that the section's name decides, e.g. `["--name", "api"]`. */
export function commandLine(section: Section, values: Values, own: string[] = []): string[] {
  const words = keysOf(section).flatMap(({ key, flag, option }) => {
    const value = values[key];
    if (value === undefined) return [];
    if (!option.value) return value === true ? [flag] : [];
    if (key === "match") return matchWords(value as (string | string[])[]);
    if (key === "command" && Array.isArray(value)) return [];
    // In one word, because a value may begin with "-".
    return textsOf(value).map((text) => `${flag}=${text}`);
  });
  const { command } = values;
  return [...own, ...words, ...(Array.isArray(command) ? ["--", ...command.map((word) => `${word}`)] : [])];
}

/** A mapping means NAME=VALUE; without a value the shell's is passed. */
function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map((one) => `${one}`);
  if (typeof value !== "object" || value === null) return [`${value}`];
  return Object.entries(value).map(([name, text]) => text === null ? name : `${name}=${text}`);
}

/** Rules in a list of their own are an alternative to the others. */
function matchWords(rules: (string | string[])[]): string[] {
  const groups = [
    rules.filter((one) => typeof one === "string"),
    ...rules.filter((one) => Array.isArray(one)),
  ];
  return groups.filter((group) => group.length)
    .flatMap((group, i) => [...(i ? ["--or"] : []), ...group.map((rule) => `--match=${rule}`)]);
}
