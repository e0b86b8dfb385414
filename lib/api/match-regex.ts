/**
 * Regular expressions that Nginx (PCRE) understands for sure, as everybody else does: one that it refused would take
 * the other bridges of the pod along. Groups have no names, since Nginx makes variables of them. Pure.
 */

/** Nested groups and repetitions that PCRE still takes. */
const limits = { groups: 100, repetitions: 10_000 };

const allowedEscape = /^\\([dDwWsSbBtrnf]|x[0-9A-Fa-f]{2}|[^A-Za-z0-9])$/u;
/** Groups other than plain ones and look-ahead; verbs; empty classes, those of POSIX, and ranges of classes. */
const notHere = [/\(\?(?![:=!])./gsu, /\(\*/g, /\[\^?\]/g, /\[[:.=]/g];
const classRange = /\\[dDwWsS]-[^\]]|-\\[dDwWsS]/;

export function regexProblems(source: string): string[] {
  const body = source.replace(/^\(\?i\)/, "");
  const escapes = body.match(/\\(x[0-9A-Fa-f]{2}|.)/gsu) ?? [];
  // What is escaped means nothing to what stands around it.
  const plain = body.replace(/\\./gsu, "_");
  const classes = body.match(/\[(?:\\.|[^\]\\])*\]/gsu) ?? [];
  const parts = [
    ...escapes.filter((escape) => !allowedEscape.test(escape)),
    ...notHere.flatMap((part) => plain.match(part) ?? []),
    ...classes.filter((text) => classRange.test(text)),
  ];
  if (parts.length > 0) {
    return [
      `a regular expression must not have ${[...new Set(parts)].map((part) => `"${part}"`).join(", ")}`,
    ];
  }
  if (tooLarge(plain)) return ["the regular expression is too large"];
  return isRegex(body, "") || isRegex(body, "u") ? [] : ["it is not a regular expression"];
}

/** A range of signs that JavaScript writes with two units each is one only where it counts in signs. */
function isRegex(source: string, flags: "" | "u"): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

function tooLarge(plain: string): boolean {
  const repetitions = [...plain.matchAll(/\{(\d+)(?:,(\d*))?\}/g)]
    .map(([, least, most]) => Math.max(Number(least), Number(most ?? 0), 1));
  return (plain.match(/\(/g) ?? []).length > limits.groups ||
    repetitions.reduce((product, repetition) => product * repetition, 1) > limits.repetitions;
}
