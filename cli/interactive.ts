/** Whether a person sits at the terminal. Pure. */

type Env = (name: string) => string | undefined;

/** For redrawing lines and for questions: a CI job may have a terminal and nobody in front of it. */
export function isInteractive(terminal: boolean, env: Env = (name) => Deno.env.get(name)): boolean {
  const ci = env("CI") ?? "";
  return terminal && env("TERM") !== "dumb" && ["", "0", "false"].includes(ci.toLowerCase());
}
