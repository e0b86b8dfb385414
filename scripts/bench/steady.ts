/** A client in the cluster that asks at a steady rate, and counts what is lost as well as what is slow. */
import { addressOf, inPod, TOOLS } from "./commands.ts";

export interface Said {
  lost: number;
  errors: Record<string, number>;
  /** Answering host → number of requests. */
  answers: Record<string, number>;
  /** Milliseconds of each request, in the order in which they began; of a lost one its two seconds. */
  ms: number[];
}

const script = new URL("steady.py", import.meta.url);

/** `count` requests to each of the services, `rate` a second, each over a fresh connection. */
export async function askSteadily(services: string[], count: number, rate: number): Promise<Said[]> {
  const addresses = await Promise.all(services.map(addressOf));
  const text = await Deno.readTextFile(script);
  return JSON.parse(await inPod(TOOLS, "python3", "-c", text, `${count}`, `${rate}`, ...addresses));
}

/** Of requests around a switch. Nothing is worth a run in which the switch was never felt. */
export function assertSwitched({ answers, errors }: Said, app: string): void {
  if (answers[app] && Object.keys(answers).length > 1) return;
  throw new Error(`the traffic was not switched: ${JSON.stringify({ answers, errors })}`);
}
