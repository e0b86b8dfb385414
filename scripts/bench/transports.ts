/** The way through the API server beside the direct one and beside no tunnel at all, round by round. */
import { iperf, podIperf } from "./bandwidth.ts";
import { gefyra, NAMESPACE, once } from "./commands.ts";
import { latency } from "./load.ts";
import { lossy } from "./lossy.ts";
import { connect } from "./stage.ts";
import { startApp } from "./switching.ts";
import { DIRECT, UNPROBED } from "./workloads.ts";

const ROUNDS = 3;
const BRIDGE = "bench-transport";
/** The direct one last, as the other figures want it. */
const ways = ["api-server", "docker-network"] as const;
export type Way = typeof ways[number] | "pods";

export interface Transport {
  /** Seconds of a `gefyra up` that changes nothing but the way. */
  connect: number[];
  /** Mbit/s. */
  out: number[];
  in: number[];
  lossyOut: number[];
  lossyIn: number[];
  /** Milliseconds in which so many of the requests through the bridge were answered, one connection. */
  p50: number[];
  p99: number[];
}

export interface Transports extends Record<Way, Transport> {
  /** Of the machine in the last minute, at the end of each round. */
  load: number[];
}

export const transports = once(async (): Promise<Transports> => {
  await connect();
  const app = await startApp();
  const target = ["--target", `deployment/${UNPROBED}`, "--port", "80:80", "-I", BRIDGE];
  await gefyra("bridge", "-N", app, "-n", NAMESPACE, ...target);
  const measured: Transports = {
    "api-server": nothing(),
    "docker-network": nothing(),
    pods: nothing(),
    load: [],
  };
  for (let round = 1; round <= ROUNDS; round++) {
    await withoutTunnel(measured.pods);
    for (const way of ways) {
      const one = measured[way];
      one.connect.push((await gefyra("up", "--transport", way)).seconds);
      one.out.push(await iperf([]));
      one.in.push(await iperf(["--reverse"]));
      await requests(one, UNPROBED);
      await using _ = await lossy();
      one.lossyOut.push(await iperf([]));
      one.lossyIn.push(await iperf(["--reverse"]));
    }
    measured.load.push(Deno.loadavg()[0]!);
  }
  await gefyra("unbridge", "-N", BRIDGE);
  return measured;
});

async function withoutTunnel(pods: Transport): Promise<void> {
  pods.out.push(await podIperf([]));
  pods.in.push(await podIperf(["--reverse"]));
  await requests(pods, DIRECT);
}

async function requests(one: Transport, service: string): Promise<void> {
  const { p50, p99 } = await latency(`http://${service}/`);
  one.p50.push(p50);
  one.p99.push(p99);
}

const nothing = (): Transport => ({
  connect: [],
  out: [],
  in: [],
  lossyOut: [],
  lossyIn: [],
  p50: [],
  p99: [],
});
