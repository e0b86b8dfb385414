/** Clients that keep their connections, as a pool does (tests/workloads/polyglot/kept.go). */
import { docker, type Sandbox } from "../docker.ts";
import { buildPolyglot } from "./polyglot.ts";

export interface Kept {
  sent: number;
  /** Requests that failed, with the reason. */
  failed: string[];
  /** How many connections were made. */
  connections: number;
  /** By the name of who answered; `first` and `last` in milliseconds of Unix time. */
  answers: Record<string, { count: number; first: number; last: number }>;
}

/** Starts clients in a network; every second one sends POST. */
export async function startKept(box: Sandbox, network: string, address: string, clients: number) {
  await buildPolyglot();
  const name = `kept-${crypto.randomUUID().slice(0, 4)}`;
  const container = await box.run(name, ["--network", network], "polyglot:latest", [
    ...["kept", address, `${clients}`],
  ]);
  return {
    stop: async (): Promise<Kept> => {
      await docker(["stop", container]);
      return JSON.parse(await docker(["logs", container]));
    },
    [Symbol.asyncDispose]: () => docker(["rm", "--force", container]).then(() => {}),
  };
}
