export interface Figure {
  /** Snake case. */
  name: string;
  unit: "s" | "ms" | "ratio" | "1/s" | "Mbit/s" | "MB" | "B/s" | "%" | "requests" | "restarts" | "load";
  /** What is measured, for docs/benchmarks.md; for a ratio also the base. */
  about: string;
  /** The upper limit that it should keep; for a speed or a ratio of speeds the lower limit. */
  aim?: number;
  measure: () => Promise<number[]>;
}

/** Value by value: the two were measured one right after the other. */
export const ratio = (above: number[], below: number[]) => above.map((value, i) => value / below[i]!);
