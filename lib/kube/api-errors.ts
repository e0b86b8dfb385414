import { GefyraError, messageOf } from "../errors.ts";
import { deniedRight, needsText } from "./rights.ts";

/** An error response of the API server. */
export class ApiError extends Error {
  constructor(readonly code: number, message: string) {
    super(message);
    this.name = "ApiError";
  }
}

/** Whether an API server, or a proxy in front of it, has answered. */
export function isAnswer(thrown: unknown): boolean {
  return thrown instanceof ApiError || thrown instanceof GefyraError;
}

/**
 * The API server assigns a node port to one service only. It may call a port taken for minutes after its service is
 * gone.
 */
export function isNodePortTaken(thrown: unknown): boolean {
  return thrown instanceof GefyraError && thrown.id === "invalid" &&
    /nodePort: .*already allocated/.test(thrown.message);
}

/**
 * `undefined` if the API server answers 404: no such object, or no such kind; or if a patch names the object's uid, and another
 * object has its name by now.
 */
export async function orUndefined<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (thrown) {
    if (thrown instanceof ApiError && (thrown.code === 404 || isOfAnother(thrown))) return undefined;
    throw thrown;
  }
}

const isOfAnother = ({ code, message }: ApiError): boolean =>
  code === 422 && /metadata\.uid: Invalid value: .*field is immutable/.test(message);

/** Turns the error of a request into one that says what to do. */
export async function explained<T>(server: URL, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw cause instanceof GefyraError ? cause : toGefyraError(server, cause);
  }
}

function toGefyraError(server: URL, cause: unknown): GefyraError {
  if (!(cause instanceof ApiError)) {
    const detail = innermost(cause);
    return new GefyraError("cluster-unreachable", `Cannot reach the cluster at ${server.origin}: ${detail}`, {
      exit: "unreachable",
      hint: "check that the cluster runs and that this is the right context (`kubectl cluster-info`)",
      cause,
    });
  }
  const message = `Cannot act on the cluster: ${cause.message}`;
  switch (cause.code) {
    case 401:
    case 403:
      return new GefyraError("forbidden", forbiddenText(cause.message), {
        exit: "forbidden",
        hint: "use a context whose user has this right, or ask an administrator of the cluster for it",
        cause,
      });
    case 404:
      return new GefyraError("not-found", message, { exit: "notFound", cause });
    case 409:
      return new GefyraError("conflict", message, { exit: "conflict", cause });
    case 422:
      return new GefyraError("invalid", message, { exit: "usage", cause });
    default:
      return new GefyraError("api-error", `${message} (HTTP ${cause.code})`, { cause });
  }
}

/** A missing right in the words of all commands; other refusals, as of an admission controller, in its own. */
function forbiddenText(message: string): string {
  const right = deniedRight(message);
  return `Cannot act on the cluster: ${right ? needsText([right]) : message}`;
}

/** fetch wraps the reason ("connection refused") into causes. */
function innermost(thrown: unknown): string {
  let error = thrown;
  while (error instanceof Error && error.cause) error = error.cause;
  return messageOf(error).split("\n")[0] || messageOf(thrown);
}
