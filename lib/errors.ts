/** Exit codes of `gefyra`, stable for scripts. `run` in the foreground returns the container's own code instead. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  unreachable: 4,
  forbidden: 5,
  refused: 6,
  timeout: 7,
  conflict: 8,
  /** As a shell counts a program that Ctrl-C ends. */
  interrupted: 130,
} as const;

export type ExitReason = Exclude<keyof typeof exitCodes, "ok">;

export interface ErrorDetails {
  /** Selects the program's exit code. */
  exit?: ExitReason;
  /** What the user can do about it, as a sentence or a command. */
  hint?: string;
  cause?: unknown;
}

/**
 * The error for users. `id` is stable (scripts may rely on it), `message` reads `Cannot <action> "<thing>": <state>`
 * without a final period, `hint` says what to do.
 */
export class GefyraError extends Error {
  readonly id: string;
  readonly exit: ExitReason;
  readonly hint: string | undefined;

  constructor(id: string, message: string, details: ErrorDetails = {}) {
    // Avoids `cause: undefined` in the output.
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = "GefyraError";
    this.id = id;
    this.exit = details.exit ?? "failure";
    this.hint = details.hint;
  }
}

/** The same error with one more hint. */
export function withHint(error: GefyraError, more: string): GefyraError {
  const { id, message, exit, hint, cause } = error;
  return new GefyraError(id, message, { exit, hint: [hint, more].filter(Boolean).join("; "), cause });
}

/** The message of anything that was thrown, also of a WebSocket's event. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  const { message, error } = thrown as { message?: unknown; error?: unknown };
  // Some events have a message, others an error with a message.
  if (message) return String(message);
  if (error) return messageOf(error);
  return thrown instanceof Error ? thrown.name : String(message ?? thrown);
}

/** The causes of an error, the nearest first, each as one line. */
export function causesOf(thrown: unknown): string[] {
  const texts: string[] = [];
  const seen = new Set<unknown>([thrown]);
  for (let cause = causeOf(thrown); cause !== undefined && !seen.has(cause); cause = causeOf(cause)) {
    seen.add(cause);
    const own = cause instanceof Error || !causeOf(cause) ? messageOf(cause).split("\n")[0] ?? "" : "";
    const name = cause instanceof Error && !["Error", own].includes(cause.name) ? `${cause.name}: ` : "";
    if (own) texts.push(`${name}${own}`);
  }
  return texts;
}

/** An event of a WebSocket carries an error instead of a cause. */
function causeOf(thrown: unknown): unknown {
  if (typeof thrown !== "object" || thrown === null) return undefined;
  const { cause, error } = thrown as { cause?: unknown; error?: unknown };
  return cause ?? error ?? undefined;
}
