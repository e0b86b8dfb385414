/** What the user can do about an error. Pure. */
import { type ExitReason, GefyraError } from "../lib/errors.ts";

/** With the others, the error itself says what to change. */
const unsolved: ExitReason[] = ["failure", "timeout"];

const REPORT = "`gefyra support-bundle` collects what a report needs";

/** The error's own hint; for one that the user cannot solve, the command that collects what a report needs. */
export function hintOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof GefyraError)) return `this is a fault of Gefyra: ${REPORT}`;
  if (thrown.hint) return thrown.hint;
  return unsolved.includes(thrown.exit) ? `if it stays so, ${REPORT}` : undefined;
}
