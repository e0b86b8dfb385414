/** Responses of the Docker API that are not failures: the requested state already exists. */
import { messageOf } from "../errors.ts";

function statusCode(thrown: unknown): number | undefined {
  return (thrown as { statusCode?: number }).statusCode;
}

export async function orUndefined<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (thrown) {
    if (statusCode(thrown) === 404) return undefined;
    throw thrown;
  }
}

/** 304: already stopped; 404: already gone; 409: being removed by another client, or not running. */
export async function ignoreMissing(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (thrown) {
    const code = statusCode(thrown);
    const goingAway = code === 409 && /already in progress|is not running/.test(messageOf(thrown));
    if (code !== 304 && code !== 404 && !goingAway) throw thrown;
  }
}

/** Besides `ignoreMissing`: the container is not in the network. Engines have different codes for that. */
export async function ignoreDisconnected(call: () => Promise<unknown>): Promise<void> {
  await ignoreMissing(async () => {
    try {
      await call();
    } catch (thrown) {
      if (!/is not connected to (the )?network/.test(messageOf(thrown))) throw thrown;
    }
  });
}

/** 304: already started. */
export async function ignoreStarted(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (thrown) {
    if (statusCode(thrown) !== 304) throw thrown;
  }
}

/** Connection errors of the operating system; errors of the engine have a status code. */
export function isOfTheLine(thrown: unknown): boolean {
  return typeof (thrown as { code?: unknown })?.code === "string" && statusCode(thrown) === undefined;
}
