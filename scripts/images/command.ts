/** Runs programs for the image build. Their output goes to a log, and is shown only if they fail. */

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Stops the program after this many milliseconds. */
  timeout?: number;
}

export class CommandError extends Error {}

const decoder = new TextDecoder();

/** Returns standard output without its last line break; throws with the end of both outputs if the program fails. */
export async function output(program: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const { timeout, ...rest } = options;
  const signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
  const command = new Deno.Command(program, { args, stdin: "null", ...rest, ...(signal ? { signal } : {}) });
  const { success, code, stdout, stderr } = await command.output();
  if (!success) {
    const tail = (decoder.decode(stdout) + decoder.decode(stderr)).trim().split("\n").slice(-25).join("\n");
    const what = `${program} ${args.slice(0, 3).join(" ")}`;
    throw new CommandError(
      signal?.aborted ? `"${what}" took too long` : `"${what}" ended with ${code}\n${tail}`,
    );
  }
  return decoder.decode(stdout).trimEnd();
}

export async function succeeds(
  program: string,
  args: string[],
  options: CommandOptions = {},
): Promise<boolean> {
  try {
    await output(program, args, options);
    return true;
  } catch (error) {
    if (error instanceof CommandError || error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
