/** Matches as variables of Nginx: `$rule_…`, `$group_…` and `$match_…` are "1" where they hold. */
import { headerKey, type Match, type Rule } from "../../api/match.ts";
import { block, literal, quote } from "./syntax.ts";

/** `key` identifies the match, e.g. `80_0`; its result is in `$match_<key>`. */
export function matchMaps(match: Match, key: string): string[] {
  const groups = match.flatMap((rules, group) => [
    ...rules.map((rule, index) => ruleMap(rule, `$rule_${key}_${group}_${index}`)),
    allOf(rules.map((_, index) => `$rule_${key}_${group}_${index}`), `$group_${key}_${group}`),
  ]);
  return [...groups, anyOf(match.map((_, group) => `$group_${key}_${group}`), `$match_${key}`)];
}

/**
 * An absent or empty value matches nothing. Plain text in a map would ignore case. A header may be sent several times,
 * which Nginx's own variable would join; the module in images/carrier/modules/rules checks each value.
 */
function ruleMap(rule: Rule, result: string): string {
  if (rule.kind === "header") {
    return `header_rule ${result} ${headerKey(rule.name)} ${quote(regexOf(rule))};`;
  }
  return map(rule.kind === "path" ? PATH : "$request_method", result, [
    `"" 0;`,
    `${quote(`~${regexOf(rule)}`)} 1;`,
  ]);
}

/** The path as the app reads it: percent-encoding decoded, `..` resolved. */
const PATH = "$uri";

/**
 * Limits of PCRE's steps and kilobytes for one match. Carrier's Nginx has one worker. An expression like `(a+)+b` could
 * block it on a text that does not match, and keep the memory. Above the limits the request does not match: a map uses
 * its default then.
 */
const LIMITS = "(*LIMIT_MATCH=50000)(*LIMIT_HEAP=500)";
/** Treats a character outside ASCII as one character, not as its bytes. Text that is not UTF-8 does not match. */
const UTF8 = "(*UTF)";

function regexOf({ operator, value }: Rule): string {
  if (operator === "Regex") return `${LIMITS}${isAscii(value) ? "" : UTF8}${value}`;
  if (operator === "Exact") return `^${literal(value)}\\z`;
  // Path element by path element, as in an Ingress or an HTTPRoute.
  return `^${literal(value.replace(/\/+$/, ""))}(?:/|\\z)`;
}

const isAscii = (text: string) => !/[^\0-\x7f]/.test(text);

const allOf = (sources: string[], result: string): string =>
  map(sources.join(""), result, ["~0 0;", "default 1;"]);

const anyOf = (sources: string[], result: string): string =>
  map(sources.join(""), result, ["~1 1;", "default 0;"]);

export function map(source: string, result: string, entries: string[]): string {
  const complete = entries.some((entry) => entry.startsWith("default "))
    ? entries
    : ["default 0;", ...entries];
  return block(`map ${source} ${result}`, complete);
}
