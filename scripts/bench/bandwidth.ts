/** Bandwidth between an app container and a pod, compared with two pods. */
import { field, gefyra, inApp, inPod, NAMESPACE, once, TOOLS } from "./commands.ts";
import { connect } from "./stage.ts";
import { IPERF_SERVER } from "./workloads.ts";

const ROUNDS = 3;
const SECONDS = 2;
const APP = "bench-iperf";

interface Bandwidth {
  /** Mbit/s. */
  tunnel: number[];
  pods: number[];
}

export const bandwidth = once(async () => {
  const { client, server } = await ends();
  const measure = async (direction: string[]): Promise<Bandwidth> => {
    const tunnel: number[] = [], pods: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      pods.push(received(await inPod(TOOLS, ...command(server, direction))));
      tunnel.push(received(await inApp(client, ...command(server, direction))));
    }
    return { tunnel, pods };
  };
  return { out: await measure([]), in: await measure(["--reverse"]) };
});

/** Mbit/s from an app container to a pod, or with `--reverse` back. */
export async function iperf(direction: string[]): Promise<number> {
  const { client, server } = await ends();
  return received(await inApp(client, ...command(server, direction)));
}

/** The same without a tunnel. */
export async function podIperf(direction: string[]): Promise<number> {
  const { server } = await ends();
  return received(await inPod(TOOLS, ...command(server, direction)));
}

const ends = once(async () => {
  await connect();
  await gefyra("run", "-i", "tools", "-N", APP, "-n", NAMESPACE, "-d");
  return { client: APP, server: await field(`pod/${IPERF_SERVER}`, ".status.podIP") };
});

function command(server: string, direction: string[]): string[] {
  return ["iperf3", "--client", server, "--time", `${SECONDS}`, "--omit", "1", "--json", ...direction];
}

function received(report: string): number {
  const { end } = JSON.parse(report) as { end: { sum_received: { bits_per_second: number } } };
  return end.sum_received.bits_per_second / 1e6;
}
