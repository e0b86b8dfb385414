import { GefyraError } from "../errors.ts";

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** As `docker logs --since`: a duration such as 1h30m, a time, or seconds since 1970. Returns the last. Pure. */
export function parseSince(text: string, now: number): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (/^(\d+(\.\d+)?[smhd])+$/.test(text)) {
    const parts = [...text.matchAll(/([\d.]+)([smhd])/g)];
    return now / 1000 - parts.reduce((sum, [, number, unit]) => sum + Number(number) * SECONDS[unit!]!, 0);
  }
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time / 1000;
  throw new GefyraError("since-invalid", `Cannot show logs since "${text}": it is no time`, {
    exit: "usage",
    hint: "write a duration (10m, 1h30m) or a time (2030-01-02T15:04:05Z)",
  });
}
