/** The transport through the API server, a direct one, and no tunnel at all, round by round. */
import { iperf, podIperf } from "./bandwidth.ts";
import { gefyra, NAMESPACE, once } from "./commands.ts";
import { latency } from "./load.ts";
import { lossy } from "./lossy.ts";
import { connect } from "./stage.ts";
import { startApp } from "./switching.ts";
import { DIRECT, UNPROBED } from "./workloads.ts";

const ROUNDS = 3;
const BRIDGE = "bench-transport";
/** The direct one last: the other figures use it. */
const measuredTransports = ["api-server", "docker-network"] as const;
export type Path = typeof measuredTransports[number] | "pods";

export interface Transport {
  /** Seconds of a `gefyra up` that changes only the transport. */
  connect: number[];
  /** Mbit/s. */
  out: number[];
  in: number[];
  lossyOut: number[];
  lossyIn: number[];
  /** Milliseconds, response times of requests through the bridge, one connection: the median and the 99th percentile. */
  p50: number[];
  p99: number[];
}

export interface Transports extends Record<Path, Transport> {
  /** The machine's load average of the last minute, at the end of each round. */
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
    for (const transport of measuredTransports) {
      const one = measured[transport];
      one.connect.push((await gefyra("up", "--transport", transport)).seconds);
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
