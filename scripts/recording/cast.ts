/** A terminal session as data: asciicast v2 (docs.asciinema.org/manual/asciicast/v2). Pure. */

export interface Size {
  columns: number;
  rows: number;
}

export interface Cast {
  size: Size;
  title: string;
  /** Seconds since the beginning, and what the terminal got then. */
  events: [seconds: number, text: string][];
}

/** What `script --log-out --log-timing` writes: a line of its own and bytes, and lines of "SECONDS-SINCE-THE-LAST BYTES". */
export function fromScript(timing: string, log: Uint8Array): Cast["events"] {
  // A character may be in two parts.
  const decoder = new TextDecoder();
  // The times do not count the line about the script itself.
  let seconds = 0, place = log.indexOf("\n".charCodeAt(0)) + 1;
  return timing.trim().split("\n").map((line) => {
    const [pause = NaN, bytes = NaN] = line.split(" ").map(Number);
    if (!Number.isFinite(pause) || !Number.isFinite(bytes)) {
      throw new Error(`cannot read the timing "${line}"`);
    }
    seconds += pause;
    const text = decoder.decode(log.subarray(place, place + bytes), { stream: true });
    place += bytes;
    return [seconds, text];
  });
}

/** Shortens each pause that is longer. */
export function withPausesUpTo(longest: number, events: Cast["events"]): Cast["events"] {
  let saved = 0, last = 0;
  return events.map(([seconds, text]) => {
    saved += Math.max(0, seconds - last - longest);
    last = seconds;
    return [seconds - saved, text];
  });
}

export function write({ size, title, events }: Cast): string {
  const head = { version: 2, width: size.columns, height: size.rows, title };
  const lines = events.map(([seconds, text]) => [Math.round(seconds * 1000) / 1000, "o", text]);
  return [head, ...lines].map((line) => JSON.stringify(line)).join("\n") + "\n";
}

export function read(text: string): Cast {
  const [head, ...lines] = text.trim().split("\n").map((line) => JSON.parse(line));
  if (head.version !== 2) throw new Error(`cannot read version ${head.version} of an asciicast`);
  const events = lines.filter(([, kind]) => kind === "o").map(([seconds, , text]) => [seconds, text]);
  return {
    size: { columns: head.width, rows: head.height },
    title: head.title,
    events: events as Cast["events"],
  };
}
