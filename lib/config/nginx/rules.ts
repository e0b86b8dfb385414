/** Matches as variables of Nginx: `$rule_…`, `$group_…` and `$match_…` are "1" where they hold. */
import { headerKey, type Match, type Rule } from "../../api/match.ts";
import { block, literal, quote } from "./syntax.ts";

/** `key` tells the match from all others, e.g. `80_0`; its result is in `$match_<key>`. */
export function matchMaps(match: Match, key: string): string[] {
  const groups = match.flatMap((rules, group) => [
    ...rules.map((rule, index) => ruleMap(rule, `$rule_${key}_${group}_${index}`)),
    allOf(rules.map((_, index) => `$rule_${key}_${group}_${index}`), `$group_${key}_${group}`),
  ]);
  return [...groups, anyOf(match.map((_, group) => `$group_${key}_${group}`), `$match_${key}`)];
}

/**
 * What is absent or empty matches nothing. Plain text in a map would not count the case. A header may be there several
 * times, which Nginx's own variable would join; the module of images/carrier/modules/rules looks at each value.
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

/** As the app will read it: percent-encoding undone, `..` resolved. */
const PATH = "$uri";

/**
 * Steps and kilobytes of PCRE for one match. Carrier's Nginx has one worker, which would otherwise think for a while
 * about a text that an expression like `(a+)+b` cannot take, and keep the memory. What takes more does not match: a map
 * takes its default then.
 */
const LIMITS = "(*LIMIT_MATCH=50000)(*LIMIT_HEAP=500)";
/** Where a sign outside of ASCII is one, and not the bytes that it is written with. Text that is no UTF-8 does not match. */
const UTF8 = "(*UTF)";

function regexOf({ operator, value }: Rule): string {
  if (operator === "Regex") return `${LIMITS}${isAscii(value) ? "" : UTF8}${value}`;
  if (operator === "Exact") return `^${literal(value)}\\z`;
  // Element by element, as in an Ingress or an HTTPRoute.
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
