/** Whether a person sits at the terminal. Pure. */

type Env = (name: string) => string | undefined;

/** For redrawing lines and for questions: a CI job may have a terminal and nobody in front of it. */
export function isInteractive(terminal: boolean, env: Env = (name) => Deno.env.get(name)): boolean {
  const ci = env("CI") ?? "";
  return terminal && env("TERM") !== "dumb" && ["", "0", "false"].includes(ci.toLowerCase());
}

/** Whether the person can be asked: not if a program reads the result. */
export function mayAsk(args: string[]): boolean {
  if (ownWords(args).some((word) => /^(-q|--quiet|-o.*|--output.*|--help|-h)$/.test(word))) return false;
  const terminals = [Deno.stdin, Deno.stdout, Deno.stderr];
  return isInteractive(terminals.every((one) => one.isTerminal()));
}

export const asksForJson = (args: string[]): boolean =>
  ownWords(args).some((arg, i, own) =>
    arg === "-ojson" || arg === "--output=json" ||
    (arg === "json" && ["-o", "--output"].includes(own[i - 1] ?? ""))
  );

/** What follows `--` is for another program. */
function ownWords(args: string[]): string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}
