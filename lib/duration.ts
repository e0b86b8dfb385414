/** Durations as people write them. Pure. */

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** e.g. 90 for `90s` and `1m30s`; `undefined` if it is no duration. */
export function secondsIn(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?[smhd])+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)([smhd])/g)];
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * SECONDS[unit!]!, 0);
}
