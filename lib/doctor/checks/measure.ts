/** Measures the tunnel between Cargo and Stowaway. Stowaway's container runs a server meanwhile. */
import type { Access } from "../../api/access.ts";
import { cargoMeasure } from "../../connection/cargo.ts";
import type { Cluster } from "../../kube/cluster.ts";
import type { Engine } from "../../docker/engine.ts";
import { DOCTOR_PORTS, STOWAWAY_TUNNEL_ADDRESS } from "../../names.ts";
import { DOCTOR_LIFETIME_S } from "../../settings.ts";
import { attention, broken, type CheckResult, ok, type Result } from "../check-result.ts";
import { BANDWIDTH, LATENCY, PATH_MTU, QUIT, SERVER } from "../programs.ts";

export interface Measurement {
  engine: Engine;
  /** Name of the container. */
  cargo: string;
  /** Port of the server. */
  port: number;
}

/** Random, because other doctors may measure at the same time. */
export function pickServerPort(): number {
  const { first, last } = DOCTOR_PORTS;
  return first + Math.floor(Math.random() * (last - first + 1));
}

const at = (port: number) => [STOWAWAY_TUNNEL_ADDRESS, `${port}`];

/** Resolves when the server ends: by `stopServer`, or after a minute. */
export function runServer(cluster: Cluster, namespace: string, pod: string, port: number): Promise<unknown> {
  const command = ["perl", "-e", SERVER, `${port}`, `${DOCTOR_LIFETIME_S}`];
  const timeoutMs = (DOCTOR_LIFETIME_S + 10) * 1000;
  return cluster.exec({ namespace, pod, container: "stowaway" }, command, { timeoutMs });
}

export async function stopServer({ engine, cargo, port }: Measurement): Promise<void> {
  await engine.exec(cargo, ["bash", "-c", QUIT, "quit", ...at(port)]);
}

/** To run a server in Stowaway's pod, or a request in the operator's: an administrator's right. */
export const toExec = (namespace: string, name: string): Access => ({
  ...{ verb: "create", group: "", resource: "pods", subresource: "exec", namespace, name },
});

/** What Cargo itself measures, as for `up`: without a server in Stowaway's pod. */
export async function measurePath({ engine, cargo }: Pick<Measurement, "engine" | "cargo">) {
  const path = await cargoMeasure(engine, cargo);
  return {
    path,
    result: path ? ok(`${path.latencyMs} ms`, { p50Milliseconds: path.latencyMs }) : judgeLatency([]),
  };
}

export async function checkLatency({ engine, cargo, port }: Measurement): Promise<CheckResult<object>> {
  const { stdout } = await engine.exec(cargo, ["bash", "-c", LATENCY, "latency", ...at(port)]);
  const result = judgeLatency(stdout.split("\n").filter(Boolean).map(Number));
  return { results: [result], ...(result.verdict === "broken" ? {} : { value: {} }) };
}

const ASKED = 20;

/** `micros`: microseconds of each answer. Pure. */
export function judgeLatency(micros: number[]): Result {
  if (micros.length === 0) {
    const remedy = "see the transports above; `gefyra up` tries all of them again";
    return broken("nothing comes back through the tunnel", remedy);
  }
  const sorted = micros.sort((a, b) => a - b);
  const milliseconds = (i: number) => Math.round((sorted[Math.floor(i)] ?? 0) / 10) / 100;
  const lost = ASKED - sorted.length;
  const measured = {
    p50Milliseconds: milliseconds(sorted.length / 2),
    maxMilliseconds: milliseconds(sorted.length - 1),
    lostPercent: 100 * lost / ASKED,
  };
  const text = `${measured.p50Milliseconds} ms (at most ${measured.maxMilliseconds} ms)`;
  if (lost === 0) return ok(text, measured);
  const remedy = "something on the path is overloaded or drops datagrams; lost data is sent again, later";
  return attention(`${text}, ${lost} of ${ASKED} lost`, remedy, measured);
}

export async function checkMtu(
  { engine, cargo, port }: Measurement,
  mtu: number,
): Promise<CheckResult<object>> {
  const { stdout } = await engine.exec(cargo, ["perl", "-e", PATH_MTU, ...at(port), `${mtu}`]);
  return { results: [judgeMtu(Number(stdout.trim()), mtu)], value: {} };
}

/** Sizes differ by 4 bytes, so the last few may be missing. Pure. */
export function judgeMtu(bytes: number, mtu: number): Result {
  const measured = { bytes, configured: mtu };
  if (bytes > mtu - 4) return ok(`${mtu} bytes pass whole`, measured);
  const remedy = "a network on the path carries smaller packets only; `gefyra up` measures it again";
  return broken(`packets of up to ${bytes} bytes pass, the tunnel is set to ${mtu}`, remedy, measured);
}

export async function checkBandwidth({ engine, cargo, port }: Measurement): Promise<CheckResult<object>> {
  const { stdout } = await engine.exec(cargo, ["perl", "-e", BANDWIDTH, ...at(port)]);
  const [out, into] = stdout.split("\n").filter(Boolean).map(Number);
  return { results: [judgeBandwidth(out, into)], value: {} };
}

/** Bytes in one second each. Pure. */
export function judgeBandwidth(out: number | undefined, into: number | undefined): Result {
  if (!out || !into) {
    const remedy = "small packets pass, large ones do not: see the MTU above";
    return broken(`no data came ${out ? "back" : "through"}`, remedy);
  }
  const measured = { outMbit: mbit(out), inMbit: mbit(into) };
  return ok(`${measured.outMbit} Mbit/s out, ${measured.inMbit} Mbit/s in`, measured);
}

const mbit = (bytes: number) => Number((bytes * 8 / 1e6).toPrecision(3));
