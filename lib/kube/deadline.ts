/** Time limits of requests to an API server. Nothing waits for ever for a server that does not answer. */

/**
 * For a request, until its whole response is here. An API server itself ends requests other than watches after 60 s, and
 * a webhook of the cluster may take up to 30 s of that.
 */
export const REQUEST_TIMEOUT_MS = 40_000;

/** For a command in a pod, from the request to its exit code. */
export const EXEC_TIMEOUT_MS = 10_000;

/** Bytes that a command in a pod may print, on each of its outputs. */
export const EXEC_OUTPUT_LIMIT = 4 * 1024 * 1024;
