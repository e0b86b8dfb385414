/** The table in docs/benchmarks.md: the figures and their last values. Pure. */
import type { Figure } from "./figure.ts";
import type { Report } from "./report.ts";

const BEGIN = "<!-- begin: written by `deno task bench` -->", END = "<!-- end -->";

export function withFigures(page: string, figures: Figure[], report: Report): string {
  const begin = page.indexOf(BEGIN), end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("docs/benchmarks.md has lost the marks of its table");
  return page.slice(0, begin + BEGIN.length) + "\n\n" + table(figures, report) + "\n\n" + page.slice(end);
}

function table(figures: Figure[], { commit, date, machine, figures: measured }: Report): string {
  const rows = figures.map(({ name, unit, about, aim }) => {
    const { median, min, max, n } = measured[name] ?? {};
    const values = median === undefined ? ["–", ""] : [`${median} ${unit}`, `${min} … ${max} (${n})`];
    return [`\`${name}\``, ...values, aim === undefined ? "" : String(aim), about];
  });
  const head = ["figure", "median", "min … max (n)", "aim", "what it is"];
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const where = Object.entries(machine).map(([name, value]) => `${name.replace("_", " ")}: ${value}`).join(
    "; ",
  );
  return `Commit ${commit}, ${date.slice(0, 10)}. Machine: ${where}.\n\n${lines.join("\n")}`;
}
