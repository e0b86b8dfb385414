/** Requests of usual connection pools while their connections follow switches: real Carriers and pools, without a cluster. */
import { setTimeout as delay } from "node:timers/promises";
import { archive } from "../../lib/archive.ts";
import { carrierFiles, type Share } from "../../lib/config/carrier.ts";
import { contract } from "../../lib/contract.ts";
import { imageOf } from "../../lib/images.ts";
import { docker, exec, sandbox } from "../../tests/docker.ts";
import { buildWorkloads } from "../images/workloads.ts";
import { once } from "./commands.ts";

const SWITCHES = 10, RATE = 200, PORT = 8001;
/** Each way: most connections have followed by then, and the pool has opened new ones. */
const PAUSE_MS = 1_500;
const SECONDS = 4 + SWITCHES * (PAUSE_MS + 500) / 1000;
const ADMIN = ["--user", "0", "--cap-drop", "ALL", "--cap-add", "NET_ADMIN"];
const folder = new URL("pools/", import.meta.url).pathname;

/** By the pool. */
const commands = {
  node: ["node", "/pools/pool.mjs"],
  java: ["java", "/pools/Pool.java"],
  python: ["python3", "/pools/pool.py"],
} as const;

export type Pool = keyof typeof commands;

export interface Seen {
  sent: number;
  failed: string[];
  /** How often each app answered. */
  names: Record<string, number>;
}

/** Half of the switches are bridges, the other half go back. */
export const pool = (name: Pool) => seen[name]();

const seen = Object.fromEntries(
  (Object.keys(commands) as Pool[]).map((name) => [name, once(() => run(name))]),
) as Record<Pool, () => Promise<Seen>>;

async function run(name: Pool): Promise<Seen> {
  await buildWorkloads(() => {}, ["polyglot", "runtimes"]);
  await using box = sandbox();
  const network = await box.network("pods", []);
  const beside = (container: string) => ["--network", `container:${container}`];
  const pod = await box.run("pod", ["--network", network], "debian:trixie-slim", ["sleep", "infinity"]);
  const local = await box.run("local", ["--network", network], "polyglot:latest", ["local"]);
  await box.run("original", beside(pod), "polyglot:latest", ["original"]);
  const carrier = await box.run("carrier", [...beside(pod), ...ADMIN], imageOf("carrier"));
  const inLocal = await box.run("in-local", [...beside(local), ...ADMIN], imageOf("carrier"));
  const [podIp, localIp] = await Promise.all([pod, local].map(addressOf));
  const share: Share = {
    bridge: "bench",
    record: {
      ...{ name: "web-1", uid: "1", mode: "beside", container: "web", state: "Active" },
      ports: [{ remote: PORT, port: PORT, protocol: "TCP", path: "kernel" }],
    },
    stowawayPorts: new Map([[`${PORT}/TCP`, PORT]]),
    match: undefined,
    fallback: false,
    mirror: false,
    drainMs: 10_000,
  };
  const apply = async (shares: Share[]) => {
    const files = carrierFiles({ status: { podIP: podIp! } }, shares, localIp!);
    const command = ["exec", "--interactive", carrier, contract.paths.carrier, "apply"];
    await docker(command, await archive({ ...files }));
  };
  const options = ["--network", network, "--volume", `${folder}:/pools:ro`];
  const url = `http://${podIp}:${PORT}/`;
  const client = await box.run("client", options, "runtimes:latest", [
    ...commands[name],
    ...[url, `${RATE}`, `${SECONDS}`],
  ]);
  await delay(3_000);
  for (let i = 0; i < SWITCHES / 2; i++) {
    await apply([share]);
    await delay(PAUSE_MS);
    await apply([]);
    const flags = ["--port", `${PORT}`, "--timeout", "10s"];
    await exec(inLocal, contract.paths.agentInPod, "connections", "drain", ...flags);
    await delay(PAUSE_MS);
  }
  await docker(["wait", client]);
  return JSON.parse(await docker(["logs", client]));
}

const addressOf = (container: string) =>
  docker([
    "inspect",
    "--format",
    "{{ range .NetworkSettings.Networks }}{{ .IPAddress }}{{ end }}",
    container,
  ]);
