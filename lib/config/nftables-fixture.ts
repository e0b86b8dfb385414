/** For tests of rulesets: the rules of one chain, without its head. */
export function rules(ruleset: string, chain: string): string[] {
  const [, body = ""] = ruleset.match(new RegExp(`\\tchain ${chain} \\{\\n([^]*?)\\n\\t\\}`)) ?? [];
  return body.split("\n").map((line) => line.trim()).slice(1);
}

/** The policy of the chain at a hook. */
export function policyOf(ruleset: string, hook: string): string | undefined {
  return ruleset.match(new RegExp(`type filter hook ${hook} priority filter; policy (\\w+);`))?.[1];
}
