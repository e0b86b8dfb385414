/** What the rulesets of both ends of the tunnel have in common, for `nft -f`. Pure. */
import { contract } from "../contract.ts";

const { device: DEVICE, nftables: { table: TABLE } } = contract;

/**
 * Replaces its own table in one transaction. A table that does not exist cannot be deleted, so it is created first, in
 * the same transaction.
 */
export function replacingTable(contents: string): string {
  return `table ip ${TABLE}\ndelete table ip ${TABLE}\ntable ip ${TABLE} {\n${contents}}\n`;
}

/**
 * A filter chain that drops what no rule accepts. Connections that are open when the rules change stay open: only new
 * ones meet the rules.
 */
export function filterChain(hook: "input" | "forward", rules: string[]): string {
  const before = hook === "forward" ? [CLAMP] : [];
  const lines = [...before, "ct state established,related accept", ...rules];
  return `	chain ${hook} {
		type filter hook ${hook} priority filter; policy drop;
${lines.map((rule) => `\t\t${rule}\n`).join("")}	}
`;
}

/** TCP's segment size fits the tunnel, whatever the ends know of the path: at both ends, so in both directions. */
const CLAMP = `oifname "${DEVICE}" tcp flags syn / syn,rst tcp option maxseg size set rt mtu`;
