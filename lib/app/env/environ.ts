/** Reads the environment of a process, as Linux shows it in `/proc/PID/environ` (proc(5)). Pure. */

export type Variables = ReadonlyMap<string, string>;

/** Entries end with a NUL. Like getenv(3), the first of two entries with one name counts. */
export function parseEnviron(text: string): Map<string, string> {
  const variables = new Map<string, string>();
  for (const entry of text.split("\0")) {
    const at = entry.indexOf("=");
    if (at < 1) continue;
    const name = entry.slice(0, at);
    if (!variables.has(name)) variables.set(name, entry.slice(at + 1));
  }
  return variables;
}

/**
 * Whether a process has left the memory of its environment as it was. A program that changes its title (nginx, postgres)
 * writes over it, and fills the rest with NULs.
 */
export function isIntact(text: string): boolean {
  return text.endsWith("\0") && text.slice(0, -1).split("\0").every((entry) => entry.indexOf("=") > 0);
}

/** The characters that replace bytes which are not UTF-8: such a value cannot be passed on. */
export function notText(variables: Variables): string[] {
  return [...variables].filter(([, value]) => value.includes("\uFFFD")).map(([name]) => name);
}
