/** Which requests a bridge takes. Pure. */
import type { Static } from "typebox";
import { GefyraError } from "../errors.ts";
import { HEADER_NAME, MATCH_VALUE, matchLimits, METHOD } from "./match-limits.ts";
import { regexProblems } from "./match-regex.ts";
import type { matchSchema } from "./match-schema.ts";

/** A request matches when all rules of one group do. */
export type Match = Static<ReturnType<typeof matchSchema>>;
export type Rule = Match[number][number];

const example = "--match header:x-user=alice --match path:/api --or --match method:GET";

/** Each group holds what was written after `--match`, e.g. `header:x-user=alice`. Reports every problem at once. */
export function parseMatch(groups: string[][]): Match {
  const problems: string[] = [];
  const match = groups.map((texts) =>
    texts.flatMap((text) => {
      const rule = parseRule(text);
      problems.push(...(rule ? ruleProblems(rule) : [`"${text}" is not a rule`]));
      return rule ?? [];
    })
  );
  problems.push(...sizeProblems(groups));
  if (problems.length === 0) return match;
  throw new GefyraError("match-invalid", `Cannot match requests: ${problems.join("; ")}`, {
    exit: "usage",
    hint:
      `write header:NAME=VALUE, header:NAME~REGEX, path:/PREFIX, path:=EXACT, path:~REGEX or method:NAME, e.g. ${example}`,
  });
}

function parseRule(text: string): Rule | undefined {
  const [, kind, rest = ""] = /^(header|path|method):(.*)$/s.exec(text) ?? [];
  if (kind === "header") {
    const [, name, sign, value] = /^([^=~]*)([=~])(.*)$/s.exec(rest) ?? [];
    if (name === undefined || value === undefined) return undefined;
    return { kind, name, operator: sign === "=" ? "Exact" : "Regex", value };
  }
  if (kind === "path") {
    if (rest.startsWith("=")) return { kind, operator: "Exact", value: rest.slice(1) };
    if (rest.startsWith("~")) return { kind, operator: "Regex", value: rest.slice(1) };
    return { kind, operator: "Prefix", value: rest };
  }
  if (kind === "method") return { kind, operator: "Exact", value: rest.toUpperCase() };
  return undefined;
}

/** What is wrong with a match, whoever has made it. */
export function matchProblems(match: Match): string[] {
  const all = match.flat().reduce((sum, { value }) => sum + [...value].length, 0);
  const long = all > matchLimits.all
    ? [`all values have more than ${matchLimits.all} characters together`]
    : [];
  return [...sizeProblems(match), ...long, ...match.flat().flatMap(ruleProblems)];
}

function sizeProblems(groups: unknown[][]): string[] {
  const problems: string[] = [];
  if (groups.length === 0 || groups.some(({ length }) => length === 0)) {
    problems.push("a group needs at least one rule; --or separates two groups");
  }
  if (groups.length > matchLimits.groups) problems.push(`there are more than ${matchLimits.groups} groups`);
  if (groups.some(({ length }) => length > matchLimits.rules)) {
    problems.push(`a group has more than ${matchLimits.rules} rules`);
  }
  return problems;
}

function ruleProblems(rule: Rule): string[] {
  return [...nameProblems(rule), ...valueProblems(rule)].map((problem) => `"${ruleText(rule)}": ${problem}`);
}

function nameProblems(rule: Rule): string[] {
  if (rule.kind !== "header") return [];
  if (rule.name.length > matchLimits.name) return ["the header's name is too long"];
  return new RegExp(HEADER_NAME).test(rule.name) ? [] : ["the header's name is invalid"];
}

function valueProblems({ kind, operator, value }: Rule): string[] {
  if (value === "") return ["its value is empty"];
  if (value.length > matchLimits.value) return [`it is longer than ${matchLimits.value} characters`];
  if (!new RegExp(MATCH_VALUE).test(value)) return ["it has a control character"];
  if (operator === "Regex") return regexProblems(value);
  if (kind === "method") return new RegExp(METHOD).test(value) ? [] : ["the method is invalid"];
  if (kind === "header") return [];
  return [
    ...(value.startsWith("/") ? [] : ["a path must begin with /"]),
    ...(value.includes("?") ? ["a path has no query"] : []),
  ];
}

export function ruleText(rule: Rule): string {
  if (rule.kind === "header") {
    return `header:${rule.name}${rule.operator === "Exact" ? "=" : "~"}${rule.value}`;
  }
  return `${rule.kind}:${rule.kind === "path" ? signs[rule.operator] : ""}${rule.value}`;
}

const signs = { Prefix: "", Exact: "=", Regex: "~" } as const;

/** For people, e.g. `header:x-user=alice path:/api or header:x-debug=1`. */
export function matchText(match: Match): string {
  return match.map((group) => group.map(ruleText).join(" ")).join(" or ");
}

/** The same rules in any order, header names without their case. */
export function sameMatch(one: Match, other: Match): boolean {
  return canonical(one) === canonical(other);
}

function canonical(match: Match): string {
  return JSON.stringify(ordered(match.map((group) => JSON.stringify(ordered(group.map(canonicalRule))))));
}

function canonicalRule(rule: Rule): string {
  return ruleText(rule.kind === "header" ? { ...rule, name: headerKey(rule.name) } : rule);
}

/** Nginx takes a dash and an underscore in a header's name for the same, and no case. */
export const headerKey = (name: string): string => name.toLowerCase().replaceAll("-", "_");

const ordered = (texts: string[]): string[] => [...new Set(texts)].sort();
