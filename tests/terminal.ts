/** A command in a pseudo-terminal of its own, with somebody who types. */
import type { Output } from "./docker.ts";

export const keys = { enter: "\r", down: "\x1b[B", escape: "\x1b", interrupt: "\x03" };

/** `steps`: what is typed when a text has come. All that was said is `stdout`, without colours; 125: a text did not come. */
export async function typeInto(
  command: string[],
  steps: [text: string, keys: string][],
  env: Record<string, string> = {},
): Promise<Output> {
  const script = new URL("terminal.py", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command("python3", {
    args: [script, JSON.stringify(steps), ...command],
    // A CI job has a terminal for this test only.
    env: { TERM: "xterm", CI: "", NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
