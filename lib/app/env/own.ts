import { GefyraError } from "../../errors.ts";

/** Like `docker run --env`: `NAME=VALUE`, or `NAME` for the shell's value; an unset variable is omitted. Pure. */
export function environment(texts: string[], valueOf: (name: string) => string | undefined): string[] {
  return texts.map((text) => {
    const [name] = text.split("=");
    if (!name) throw invalid(text);
    const value = text.includes("=") ? undefined : valueOf(text);
    return value === undefined ? text : `${text}=${value}`;
  });
}

function invalid(text: string): GefyraError {
  return new GefyraError("env-invalid", `Cannot set environment variable "${text}": it has no name`, {
    exit: "usage",
    hint: "write --env NAME=VALUE, or --env NAME to pass the shell's value",
  });
}
