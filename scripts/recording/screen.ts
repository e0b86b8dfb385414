/** What a terminal shows, and when: xterm.js interprets the session. */
import xterm, { type IBufferCell, type IBufferLine } from "@xterm/headless";
import type { Cast } from "./cast.ts";

export interface Style {
  /** A colour of the terminal's palette, 0 to 15. */
  color?: number;
  bold?: boolean;
  dim?: boolean;
}

export interface Span extends Style {
  text: string;
}

/** A line of the whole session, from the first one on, as it was for a while. */
export interface Line {
  row: number;
  spans: Span[];
  /** Seconds. Without an end, it stays. */
  from: number;
  to?: number;
}

export interface Session {
  lines: Line[];
  /** The row at the top of the window from a time on. */
  scrolled: { from: number; row: number }[];
  rows: number;
}

/** Changes that follow sooner are shown together, in seconds: a turning wheel needs no ten pictures each second. */
const STEP = 0.25;

export async function play({ size, events }: Cast): Promise<Session> {
  const terminal = new xterm.Terminal({
    cols: size.columns,
    rows: size.rows,
    scrollback: 10_000,
    allowProposedApi: true,
  });
  const { active } = terminal.buffer;
  const shown = new Map<number, Line>(), lines: Line[] = [], scrolled: Session["scrolled"] = [];
  const look = (at: number) => {
    for (let row = 0; row < active.length; row++) {
      const spans = spansOf(active.getLine(row)!), before = shown.get(row);
      if (JSON.stringify(before?.spans ?? []) === JSON.stringify(spans)) continue;
      if (before) before.to = at;
      shown.delete(row);
      if (spans.length === 0) continue;
      const line = { row, spans, from: at };
      shown.set(row, line);
      lines.push(line);
    }
    if (active.baseY !== (scrolled.at(-1)?.row ?? 0)) scrolled.push({ from: at, row: active.baseY });
  };
  let last = -STEP;
  for (const [index, [seconds, text]] of events.entries()) {
    await new Promise<void>((resolve) => terminal.write(text, resolve));
    const next = events[index + 1]?.[0] ?? Infinity;
    // Another one follows at once, and the last of them is what stays.
    if (next - last < STEP && next - seconds < STEP) continue;
    look(seconds);
    last = seconds;
  }
  terminal.dispose();
  return { lines, scrolled, rows: size.rows };
}

function spansOf(line: IBufferLine): Span[] {
  const spans: Span[] = [];
  const end = line.translateToString(true).length;
  for (let column = 0; column < end; column++) {
    const cell = line.getCell(column)!, style = styleOf(cell), text = cell.getChars() || " ";
    const last = spans.at(-1);
    if (last && JSON.stringify(styleOf(last)) === JSON.stringify(style)) last.text += text;
    else spans.push({ ...style, text });
  }
  return spans;
}

function styleOf(from: IBufferCell | Span): Style {
  if ("text" in from) {
    const { text: _, ...style } = from;
    return style;
  }
  return {
    ...(from.isFgPalette() && from.getFgColor() < 16 ? { color: from.getFgColor() } : {}),
    ...(from.isBold() ? { bold: true } : {}),
    ...(from.isDim() ? { dim: true } : {}),
  };
}
