/**
 * deno task bench [FIGURE…] [--keep] [--rounds N]
 *
 * Measures all figures, or the named ones, on a lab and a connection of its own (both named `bench`), prints a table and
 * writes bench/latest.json and docs/benchmarks.md. `--keep` leaves the lab up for the next run, `--rounds` says how many fresh
 * connections the figures of first bridges make. docs/benchmarks.md explains the figures.
 */
import { parseArgs } from "node:util";
import { messageOf } from "../lib/errors.ts";
import type { Figure } from "./bench/figure.ts";
import { figures } from "./bench/figures.ts";
import { chooseRounds } from "./bench/options.ts";
import { HEAD, line, type Measured, summary, write } from "./bench/report.ts";
import { withFigures } from "./bench/page.ts";
import { setUp, takeDown } from "./bench/stage.ts";
import { output } from "./images/command.ts";

const FILE = "bench/latest.json";
const PAGE = "docs/benchmarks.md";

async function bench(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    options: { keep: { type: "boolean" }, rounds: { type: "string" } },
    allowPositionals: true,
  });
  const chosen = choose(positionals);
  chooseRounds(values.rounds);
  const start = performance.now();
  const say = (text: string) => console.error(`# ${text}`);
  const interrupted = () => void takeDown().finally(() => Deno.exit(130));
  Deno.addSignalListener("SIGINT", interrupted);
  try {
    await setUp(say);
    console.log(HEAD);
    const measured: Record<string, Measured> = {};
    const failed: string[] = [];
    for (const figure of chosen) {
      try {
        measured[figure.name] = summary(figure.unit, await figure.measure());
        console.log(line(figure, measured[figure.name]!));
      } catch (error) {
        failed.push(figure.name);
        say(`${figure.name}: ${messageOf(error)}`);
      }
    }
    const page = withFigures(await Deno.readTextFile(PAGE), figures, await write(FILE, measured));
    await Deno.writeTextFile(PAGE, page);
    await output(Deno.execPath(), ["fmt", "--quiet", PAGE]);
    say(`measured in ${Math.round((performance.now() - start) / 1000)} s, written to ${FILE}`);
    if (failed.length > 0) throw new Error(`Cannot measure ${failed.join(", ")}: see above`);
  } finally {
    if (!values.keep) await takeDown();
    Deno.removeSignalListener("SIGINT", interrupted);
  }
}

function choose(names: string[]): Figure[] {
  const unknown = names.filter((name) => !figures.some((figure) => figure.name === name));
  if (unknown.length === 0) {
    return names.length ? figures.filter(({ name }) => names.includes(name)) : figures;
  }
  throw new Error(
    `Unknown figures: ${unknown.join(", ")} (there are ${figures.map(({ name }) => name).join(", ")})`,
  );
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url).pathname);
  try {
    await bench(Deno.args);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
