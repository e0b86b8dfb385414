/** What a provider of Docker Compose says: one JSON message a line (Compose's documentation, docs/extension.md). Pure. */
import { GefyraError, messageOf } from "../../errors.ts";
import type { Steps } from "../../steps.ts";

/**
 * `info` becomes the service's state, `setenv` a variable `SERVICE_NAME` of the services that depend on it. After `error`,
 * Compose ends the provider at once.
 */
export type MessageType = "info" | "debug" | "error" | "setenv";

export const message = (type: MessageType, text: string): string => JSON.stringify({ type, message: text });

export type Say = (line: string) => void;

/** Steps as messages. A failed one is told by the error. */
export const messageSteps = (say: Say): Steps => ({
  step: async (title, work) => {
    let note = "";
    say(message("info", title));
    const result = await work((text) => note = text);
    if (note) say(message("info", `${title}: ${note}`));
    return result;
  },
  debug: (text) => say(message("debug", text)),
});

export function errorMessage(error: unknown): string {
  const hint = error instanceof GefyraError ? error.hint : undefined;
  return message("error", hint ? `${messageOf(error)} (${hint})` : messageOf(error));
}

export const variableMessages = (variables: Record<string, string>): string[] =>
  Object.entries(variables).map(([name, value]) => message("setenv", `${name}=${value}`));
