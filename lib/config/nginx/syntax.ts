/** Words and blocks of nginx.conf; names given by users become data only. */
import { GefyraError } from "../../errors.ts";
import { matchProblems } from "../../api/match.ts";
import type { CarrierServer } from "./server.ts";

export function block(head: string, lines: string[]): string {
  return `${head} {\n${lines.join("\n").replace(/^(?=.)/gm, "    ")}\n}`;
}

/** One word with any content, for places where Nginx does not expand variables. */
export const quote = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/**
 * A regular expression for exactly this text. It is short, because a word of nginx.conf may have 4,096 bytes at most.
 */
export const literal = (text: string): string => text.replace(/[^A-Za-z0-9\u{80}-\u{10ffff}]/gu, "\\$&");

/** Refuses values that do not belong in nginx.conf; everything else in it is numbers and words of this program. */
export function checked(server: CarrierServer): void {
  const { port, original, routes } = server;
  const addresses = original?.addresses.map((address) => `${address}:${original.port}`) ?? [];
  const problems = [
    ...[...addresses, ...routes.map(({ upstream }) => upstream)]
      .filter((text) => !/^([0-9.]+|\[[0-9a-f:.]+\]):[0-9]+$/i.test(text))
      .map((text) => `"${text}" is not an address with a port`),
    ...routes.filter(({ bridge }) => !/^[a-z0-9][-a-z0-9.]*$/.test(bridge))
      .map(({ bridge }) => `"${bridge}" is not a bridge's name`),
    ...routes.flatMap(({ match }) => match ? matchProblems(match) : []),
  ];
  if (problems.length === 0) return;
  throw new GefyraError("carrier-config-invalid", `Cannot serve port "${port}": ${problems.join("; ")}`);
}
