/** The results of a run: on the screen, and in bench/latest.json. */
import { dirname } from "node:path";
import { output } from "../images/command.ts";
import type { Figure } from "./figure.ts";

export interface Measured {
  unit: string;
  /** Number of values. */
  n: number;
  median: number;
  min: number;
  max: number;
}

export interface Report {
  /** Ends with `+` if the sources differ from that commit. */
  commit: string;
  date: string;
  machine: Record<string, string | number>;
  figures: Record<string, Measured>;
}

export function summary(unit: string, values: number[]): Measured {
  if (values.length === 0) throw new Error("nothing was measured");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  const short = (value: number) => Number(value.toPrecision(3));
  return {
    unit,
    n: values.length,
    median: short(median),
    min: short(sorted[0]!),
    max: short(sorted.at(-1)!),
  };
}

/** The value that this many per thousand do not exceed. */
export function permille(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.ceil(sorted.length * part / 1000) - 1];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}

export const HEAD = row("FIGURE", ["MEDIAN", "MIN", "MAX", "UNIT", "N"]);

export function line({ name, aim }: Figure, { unit, n, median, min, max }: Measured): string {
  return row(name, [median, min, max, unit, n, aim === undefined ? "" : `(aim: ${aim})`]);
}

function row(name: string, cells: (string | number)[]): string {
  return [name.padEnd(36), ...cells.map((cell) => String(cell).padStart(8))].join(" ").trimEnd();
}

/** Figures that were not measured in this run keep their values. */
export async function write(file: string, figures: Record<string, Measured>): Promise<Report> {
  const before = await Deno.readTextFile(file).then(JSON.parse, () => undefined) as Report | undefined;
  const report: Report = {
    commit: await commit(),
    date: new Date().toISOString(),
    machine: await machine(),
    figures: { ...before?.figures, ...figures },
  };
  await Deno.mkdir(dirname(file), { recursive: true });
  await Deno.writeTextFile(file, JSON.stringify(report, null, 2) + "\n");
  return report;
}

async function commit(): Promise<string> {
  const hash = await output("git", ["rev-parse", "--short=12", "HEAD"]);
  const changes = await output("git", ["status", "--porcelain", "--", ".", ":!bench", ":!docs"]);
  return changes ? `${hash}+` : hash;
}

async function machine(): Promise<Report["machine"]> {
  const read = (file: string) => Deno.readTextFile(file).catch(() => "");
  const cpu = (await read("/proc/cpuinfo")).match(/^model name\s*:\s*(.*)$/m)?.[1] ?? "unknown";
  const kilobytes = Number((await read("/proc/meminfo")).match(/^MemTotal:\s+(\d+)/m)?.[1] ?? 0);
  const system = (await read("/etc/os-release")).match(/^PRETTY_NAME="(.*)"$/m)?.[1] ?? Deno.build.os;
  const kernelHasIt = await Deno.stat("/sys/module/wireguard").then(() => true, () => false);
  return {
    cpu,
    cores: navigator.hardwareConcurrency,
    memory_gb: Math.round(kilobytes / 1024 / 1024),
    system,
    kernel: Deno.osRelease(),
    docker: await output("docker", ["version", "--format", "{{.Server.Version}}"]),
    deno: Deno.version.deno,
    wireguard: kernelHasIt ? "kernel" : "wireguard-go",
  };
}
