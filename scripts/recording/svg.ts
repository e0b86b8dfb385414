/** A session as one SVG that plays by itself: a line is visible while it was there, and the window scrolls. Pure. */
import type { Session, Span } from "./screen.ts";

const WIDTH = 8.43, HEIGHT = 19, PADDING = 16, BAR = 34;
/** Seconds that the last picture stays before it begins again. */
const REST = 6;

/** The terminal's palette: eight colours, and the same ones brighter. */
const palette = [
  ...["#3b4048", "#e06c75", "#7ec77b", "#d9b86c", "#61a8ef", "#c678dd", "#56b6c2", "#d7dae0"],
  ...["#7d838c", "#ff8b92", "#98e096", "#f0d08a", "#82c0ff", "#dc9af0", "#74d3de", "#ffffff"],
];

export function draw({ lines, scrolled, rows }: Session, columns: number, title: string): string {
  const last = Math.max(...lines.map(({ from, to }) => to ?? from));
  const duration = last + REST;
  const percent = (seconds: number) => `${+(seconds / duration * 100).toFixed(3)}%`;
  const rules: string[] = [], texts: string[] = [];
  lines.forEach(({ row, spans, from, to }, index) => {
    const end = to === undefined ? "" : `${percent(to)}{visibility:hidden}`;
    // Without animation, the last picture is there.
    const still = to === undefined ? "" : ' visibility="hidden"';
    rules.push(`@keyframes l${index}{0%{visibility:hidden}${percent(from)}{visibility:visible}${end}}`);
    texts.push(
      `<text y="${row * HEIGHT}"${still} style="animation-name:l${index}">${spans.map(span).join("")}</text>`,
    );
  });
  const bottom = scrolled.at(-1)?.row ?? 0;
  const move = (row: number) => `transform:translateY(${-row * HEIGHT}px)`;
  const moves = scrolled.map(({ from, row }) => `${percent(from)}{${move(row)}}`).join("");
  const width = Math.round(columns * WIDTH + 2 * PADDING), height = rows * HEIGHT + BAR + PADDING;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(title)}</title>
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dae0;white-space:pre;dominant-baseline:hanging}
.s text,.m{animation:${duration.toFixed(2)}s step-end infinite}
.m{${move(bottom)};animation-name:m}
@keyframes m{0%{${move(0)}}${moves}}
@media (prefers-reduced-motion:reduce){.s text,.m{animation:none}}
${rules.join("\n")}
</style>
<rect width="${width}" height="${height}" rx="8" fill="#1b1e23"/>
<text x="${PADDING}" y="11" style="fill:#7d838c">${escape(title)}</text>
<svg class="s" x="${PADDING}" y="${BAR}" width="${width - PADDING}" height="${rows * HEIGHT}">
<g class="m">
${texts.join("\n")}
</g>
</svg>
</svg>
`;
}

function span({ text, color, bold, dim }: Span): string {
  const style = [
    ...(color === undefined ? [] : [`fill="${palette[color]}"`]),
    ...(bold ? ['font-weight="bold"'] : []),
    ...(dim ? ['opacity=".6"'] : []),
  ];
  return style.length ? `<tspan ${style.join(" ")}>${escape(text)}</tspan>` : escape(text);
}

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
