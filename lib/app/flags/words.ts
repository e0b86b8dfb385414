/** Pieces that docker's options are made of. Each parser throws an `Invalid` that says what it expects. Pure. */

/** Why a value of an option is invalid; `flags.ts` collects them. */
export class Invalid extends Error {}

/** Bytes of `64`, `512m`, `1.5GiB` (github.com/docker/go-units, RAMInBytes): all units are powers of 1024. */
export function parseBytes(text: string): number {
  const [, number, unit = "", i = ""] = /^(\d+(?:\.\d+)?) ?([kmgtp])?(i?)b?$/i.exec(text) ?? [];
  if (number === undefined || (i && !unit)) throw new Invalid("it is not a size such as 512m or 1.5g");
  return Math.floor(Number(number) * powerOf(unit));
}

const powerOf = (unit: string) => unit ? 1024 ** ("kmgtp".indexOf(unit.toLowerCase()) + 1) : 1;

/** Billionths of a CPU of `1.5`. */
export function parseCpus(text: string): number {
  const [, whole, fraction = ""] = /^(\d*)(?:\.(\d{0,9}))?$/.exec(text) ?? [];
  const nano = Number(`${whole || 0}`) * 1e9 + Number(fraction.padEnd(9, "0"));
  if (whole === undefined || !nano) throw new Invalid("it is not a number of CPUs such as 1.5");
  return nano;
}

/** The fields of one line of CSV (RFC 4180), as `--mount` and `--gpus` have them. */
export function parseFields(text: string): string[] {
  const fields: string[] = [];
  const field = /("(?:[^"]|"")*"|[^",]*)(,|$)/y;
  while (true) {
    const found = field.exec(text);
    if (!found) throw new Invalid("it has an open quote");
    const [, value = "", end] = found;
    fields.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (!end) return fields;
  }
}

/** `KEY=VALUE`, or `KEY`. */
export function parsePair(text: string): [key: string, value: string | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** A flag's value in a list of fields: `readonly`, `readonly=true`. */
export function parseBoolean(text: string | undefined): boolean {
  if (text === undefined || /^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw new Invalid(`"${text}" is neither true nor false`);
}
