/** A client in the cluster that sends requests at a steady rate, and records lost and slow ones. */
import { addressOf, inPod, TOOLS } from "./commands.ts";

export interface Responses {
  lost: number;
  errors: Record<string, number>;
  /** Host that answered → number of requests. */
  answers: Record<string, number>;
  /** Milliseconds of each request in the order of their start; two seconds for a lost one. */
  ms: number[];
}

const script = new URL("steady.py", import.meta.url);

/** Sends `count` requests to each of the services, `rate` per second, each over a new connection. */
export async function sendSteadily(services: string[], count: number, rate: number): Promise<Responses[]> {
  const addresses = await Promise.all(services.map(addressOf));
  const text = await Deno.readTextFile(script);
  return JSON.parse(await inPod(TOOLS, "python3", "-c", text, `${count}`, `${rate}`, ...addresses));
}

/** Fails if no traffic was switched: such a run is worthless. */
export function assertSwitched({ answers, errors }: Responses, app: string): void {
  if (answers[app] && Object.keys(answers).length > 1) return;
  throw new Error(`the traffic was not switched: ${JSON.stringify({ answers, errors })}`);
}
