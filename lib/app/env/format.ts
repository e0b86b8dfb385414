/** Writes variables as text that other programs read. Pure. */
import type { Variables } from "./environ.ts";

export const envFormats = ["dotenv", "json", "shell"] as const;
export type EnvFormat = (typeof envFormats)[number];

export interface Written {
  text: string;
  /** Variables that the format cannot express, e.g. `CERT: its value has several lines`. */
  remarks: string[];
}

interface Format {
  /** Why the format cannot express a variable. */
  problem(name: string, value: string): string | undefined;
  write(variables: [name: string, value: string][]): string;
}

/** Docker reads an env file in lines of at most 64 KiB (bufio.MaxScanTokenSize). */
const LONGEST_LINE = 65_000;
const bytesOf = (text: string) => new TextEncoder().encode(text).length;

const formats: Record<EnvFormat, Format> = {
  /** As `docker run --env-file` reads it, Compose with `format: raw`, and `gefyra run --env-file`: nothing is quoted. */
  dotenv: {
    problem: (name, value) => {
      if (/\s/.test(name) || name.startsWith("#") || name.startsWith("\uFEFF")) return "its name";
      if (value.includes("\n")) return "its value has several lines";
      if (value.endsWith("\r")) return "its value ends with a carriage return";
      return bytesOf(`${name}=${value}`) > LONGEST_LINE ? "its value is longer than 64 KiB" : undefined;
    },
    write: (variables) => variables.map(([name, value]) => `${name}=${value}`).join("\n"),
  },
  json: {
    problem: () => undefined,
    // fromEntries makes a property of any name, also of `__proto__`.
    write: (variables) => JSON.stringify(Object.fromEntries(variables), null, 2),
  },
  /** For `eval "$(…)"` in any POSIX shell. */
  shell: {
    problem: (name) => /^[A-Za-z_]\w*$/.test(name) ? undefined : "its name",
    write: (variables) => variables.map(([name, value]) => `export ${name}=${quote(value)}`).join("\n"),
  },
};

export function writeVariables(variables: Variables, name: EnvFormat): Written {
  const format = formats[name];
  const judged = [...variables].map(([name, value]) => ({
    name,
    value,
    problem: format.problem(name, value),
  }));
  return {
    text: format.write(judged.filter((one) => !one.problem).map(({ name, value }) => [name, value])),
    remarks: judged.flatMap(({ name, problem }) => problem ? [`${name}: ${problem}`] : []),
  };
}

/** One word of a POSIX shell, whatever it contains. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
