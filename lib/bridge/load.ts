/** Sends requests at a steady rate, each over a new connection, while a file exists. */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../errors.ts";

export interface Requests {
  sent: number;
  lost: number;
  reasons: string[];
}

/** Requests per second. */
const RATE = 50;
const TIMEOUT_MS = 3_000;
/** Upper limit, in case nobody removes the file. */
const LONGEST_MS = 300_000;

/** Creates the file and sends requests until it is removed. A response of 500 or more counts as a lost request. */
export async function sendLoad(url: URL, file: string): Promise<Requests> {
  await Deno.writeTextFile(file, "");
  const start = Date.now();
  const answers: Promise<string | undefined>[] = [];
  while (Date.now() - start < LONGEST_MS && await exists(file)) {
    answers.push(ask(url));
    const next = start + answers.length * 1000 / RATE;
    await delay(Math.max(0, next - Date.now()));
  }
  const lost = (await Promise.all(answers)).filter((reason) => reason !== undefined);
  return { sent: answers.length, lost: lost.length, reasons: [...new Set(lost)] };
}

const exists = (file: string) => Deno.stat(file).then(() => true, () => false);

/** Why the request was lost; `undefined` if it was answered. */
function ask(url: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
      agent: false,
      timeout: TIMEOUT_MS,
    });
    request.on("response", (response) => {
      response.resume();
      response.on(
        "end",
        () => resolve((response.statusCode ?? 0) >= 500 ? `HTTP ${response.statusCode}` : undefined),
      );
      response.on("error", (error: Error) => resolve(messageOf(error)));
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 3 s")));
    request.on("error", (error) => resolve(messageOf(error)));
    request.end();
  });
}
