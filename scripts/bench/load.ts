/** Requests per second: the original directly, through the bridge, and Stowaway's port without Carrier. */
import { NAMESPACE as OWN_NAMESPACE, STOWAWAY_POD } from "../../lib/names.ts";
import { carrierMemory } from "./carrier-memory.ts";
import { field, gefyra, inPod, kubectl, NAMESPACE, once, TOOLS } from "./commands.ts";
import { connect } from "./stage.ts";
import { startApp } from "./switching.ts";
import { DIRECT, MATCHED, PROBED, UNPROBED } from "./workloads.ts";

const ROUNDS = 5;
const SECONDS = 3;
const BRIDGE = "bench-load";

export interface Load {
  /** Requests per second. */
  rps: number[];
  /** Median response time, milliseconds. */
  p50: number[];
}

/** The paths of the bridges: the kernel only, Nginx because of a probe, Nginx because of `--match`. */
const bridges = { bridge: UNPROBED, http: PROBED, match: MATCHED };
const header = "x-bench: local";

type Path = "direct" | "tunnel" | keyof typeof bridges;

/** One path after another in each round, so that a slow phase of the machine affects all of them. */
export const loads = once(async () => {
  await connect();
  const app = await startApp();
  for (const [path, deployment] of Object.entries(bridges)) {
    const target = ["--target", `deployment/${deployment}`, "--port", "80:80", "-I", `${BRIDGE}-${path}`];
    const match = path === "match" ? ["--match", `header:${header.replace(": ", "=")}`] : [];
    await gefyra("bridge", "-N", app, "-n", NAMESPACE, ...target, ...match);
  }
  const tunnel = await tunnelUrl();
  const url = (path: Path) => {
    if (path === "tunnel") return tunnel;
    return `http://${path === "direct" ? DIRECT : bridges[path]}/`;
  };
  const c1 = await measure(["direct", "bridge", "tunnel"], url, 1);
  const c32 = await measure(["direct", "bridge", "tunnel", "http", "match"], url, 32);
  const memory: number[] = [];
  for (const path of Object.keys(bridges)) {
    memory.push(await carrierMemory(`${BRIDGE}-${path}`));
    await gefyra("unbridge", "-N", `${BRIDGE}-${path}`);
  }
  return { c1, c32, memory: Math.max(...memory) };
});

async function measure<P extends Path>(
  paths: P[],
  url: (path: P) => string,
  connections: number,
): Promise<Record<P, Load>> {
  const loads = Object.fromEntries(paths.map((path) => [path, { rps: [], p50: [] }])) as unknown as Record<
    P,
    Load
  >;
  for (let round = 1; round <= ROUNDS; round++) {
    for (const path of paths) {
      const { rps, p50 } = await wrk(url(path), connections);
      loads[path].rps.push(rps);
      loads[path].p50.push(p50);
    }
  }
  return loads;
}

async function wrk(url: string, connections: number): Promise<{ rps: number; p50: number; p99: number }> {
  const threads = Math.min(2, connections);
  // All requests have the header, which costs little, so that they are equal.
  const options = [`-t${threads}`, `-c${connections}`, `-d${SECONDS}s`, "--latency", "-H", header];
  const said = await inPod(TOOLS, "wrk", ...options, url);
  const rps = said.match(/Requests\/sec:\s+([\d.]+)/)?.[1], p50 = within(said, 50), p99 = within(said, 99);
  if (!rps || !p50 || !p99 || /Non-2xx|Socket errors/.test(said)) throw new Error(`wrk ${url}:\n${said}`);
  return { rps: Number(rps), p50, p99 };
}

/** One connection, one request after another. */
export const latency = (url: string) => wrk(url, 1);

/** Response time of the percentile, milliseconds. */
function within(said: string, percent: number): number | undefined {
  const [, value, unit] = said.match(new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)\\b`)) ?? [];
  return value ? Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"] : undefined;
}

/** Stowaway's address, and the port to which the bridge sends. Stowaway takes connections of the bridge's pods only. */
async function tunnelUrl(): Promise<string> {
  const bridge = `gefyrabridge/${BRIDGE}-bridge`;
  const port = await field(bridge, ".status.ports[0].stowaway");
  const app = await field(bridge, ".spec.destination.address");
  const caller = await field(`pod/${TOOLS}`, ".status.podIP");
  await kubectl(
    ...["exec", "--namespace", OWN_NAMESPACE, STOWAWAY_POD, "--container", "stowaway", "--"],
    ...["nft", `add element ip gefyra tcp_ports { ${caller} . ${port} : ${app} . 80 }`],
  );
  const [address] = (await kubectl(
    ...["get", "pods", "--namespace", OWN_NAMESPACE, "--selector", "app.kubernetes.io/component=stowaway"],
    ...["--output", "jsonpath={.items[*].status.podIP}"],
  )).split(" ");
  return `http://${address}:${port}/`;
}
