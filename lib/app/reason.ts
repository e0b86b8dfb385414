import { messageOf } from "../errors.ts";

/** Docker's message, without the client's prefix. */
export function reasonOf(cause: unknown): string {
  const { json } = cause as { json?: { message?: string } };
  return (json?.message ?? messageOf(cause)).trim().replace(/\.$/, "");
}
