export interface Figure {
  /** Snake case. */
  name: string;
  unit: "s" | "ms" | "ratio" | "1/s" | "Mbit/s" | "MB" | "requests" | "restarts" | "load";
  /** What is measured, for docs/benchmarks.md; of a ratio, what it is a ratio of. */
  about: string;
  /** The most, or of a ratio of speeds the least, that it should be. */
  aim?: number;
  measure: () => Promise<number[]>;
}

/** Value by value, as they were measured one right after the other. */
export const ratio = (above: number[], below: number[]) => above.map((value, i) => value / below[i]!);
