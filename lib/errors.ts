/** Exit codes of `gefyra`, stable for scripts. `run` attached passes on the container's own code instead. */
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
} as const;

export type ExitReason = Exclude<keyof typeof exitCodes, "ok">;

export interface ErrorDetails {
  /** Which exit code the program ends with. */
  exit?: ExitReason;
  /** What the user can do about it, as a sentence or a command. */
  hint?: string;
  cause?: unknown;
}

/**
 * The one error that is meant for users. `id` is stable (scripts may rely on it), `message` reads
 * `Cannot <action> "<thing>": <state>` without a final period, `hint` names the remedy.
 */
export class GefyraError extends Error {
  readonly id: string;
  readonly exit: ExitReason;
  readonly hint: string | undefined;

  constructor(id: string, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "GefyraError";
    this.id = id;
    this.exit = details.exit ?? "failure";
    this.hint = details.hint;
  }
}

/** The text of anything that was thrown; an event of a WebSocket has one, too. */
export function messageOf(thrown: unknown): string {
  const text = typeof thrown === "object" && thrown !== null && "message" in thrown ? thrown.message : thrown;
  return String(text);
}
