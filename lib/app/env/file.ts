/** Parses `--env-file` as docker does (github.com/docker/cli, pkg/kvfile): no quotes, no expansion. Pure. */
import { GefyraError } from "../../errors.ts";

/**
 * `NAME=VALUE` with the value as it is up to the end of the line, or `NAME` for the shell's value, left out if it is not
 * set. Empty lines and lines that begin with `#` are comments.
 */
export function parseEnvFile(
  path: string,
  text: string,
  valueOf: (name: string) => string | undefined,
): string[] {
  const lines = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.replace(/\r$/, ""));
  return lines.flatMap((full, i) => {
    const line = full.replace(/^\s+/, "");
    if (!line || line.startsWith("#")) return [];
    const at = line.indexOf("=");
    const name = at < 0 ? line : line.slice(0, at);
    if (!name) throw invalid(path, i, "it has no name");
    // The name may be the beginning of a secret that was broken into lines.
    if (/\s/.test(name)) throw invalid(path, i, "its name has spaces");
    if (at >= 0) return [line];
    const value = valueOf(name);
    return value === undefined ? [] : [`${name}=${value}`];
  });
}

function invalid(path: string, index: number, state: string): GefyraError {
  return new GefyraError("env-file-invalid", `Cannot read line ${index + 1} of "${path}": ${state}`, {
    exit: "usage",
    hint: "write NAME=VALUE on each line, without quotes, as for `docker run --env-file`",
  });
}
