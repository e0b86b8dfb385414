import { secondsIn } from "../duration.ts";
import { GefyraError } from "../errors.ts";

/** As `docker logs --since`: a duration such as 1h30m, a time, or seconds since 1970. Returns the last. Pure. */
export function parseSince(text: string, now: number): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const seconds = secondsIn(text);
  if (seconds !== undefined) return now / 1000 - seconds;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time / 1000;
  throw new GefyraError("since-invalid", `Cannot show logs since "${text}": it is no time`, {
    exit: "usage",
    hint: "write a duration (10m, 1h30m) or a time (2030-01-02T15:04:05Z)",
  });
}
