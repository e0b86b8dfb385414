/** The way through the API server beside the direct one, round by round. */
import { iperf } from "./bandwidth.ts";
import { gefyra, NAMESPACE, once } from "./commands.ts";
import { wrk } from "./load.ts";
import { connect } from "./stage.ts";
import { startApp } from "./switching.ts";
import { UNPROBED } from "./workloads.ts";

const ROUNDS = 3;
const BRIDGE = "bench-transport";
const ways = { direct: "docker-network", relayed: "api-server" } as const;
type Way = keyof typeof ways;

export interface Transport {
  /** Seconds of a `gefyra up` that changes nothing but the way. */
  connect: number[];
  /** Mbit/s. */
  out: number[];
  in: number[];
  /** Milliseconds in which half of the requests through the bridge were answered, one connection. */
  p50: number[];
}

export const transports = once(async (): Promise<Record<Way, Transport>> => {
  await connect();
  const app = await startApp();
  const target = ["--target", `deployment/${UNPROBED}`, "--port", "80:80", "-I", BRIDGE];
  await gefyra("bridge", "-N", app, "-n", NAMESPACE, ...target);
  const measured = { direct: nothing(), relayed: nothing() };
  for (let round = 1; round <= ROUNDS; round++) {
    // The direct one last, as the other figures want it.
    for (const way of ["relayed", "direct"] as const) {
      const one = measured[way];
      one.connect.push((await gefyra("up", "--transport", ways[way])).seconds);
      one.out.push(await iperf([]));
      one.in.push(await iperf(["--reverse"]));
      one.p50.push((await wrk(`http://${UNPROBED}/`, 1)).p50);
    }
  }
  await gefyra("unbridge", "-N", BRIDGE);
  return measured;
});

const nothing = (): Transport => ({ connect: [], out: [], in: [], p50: [] });
