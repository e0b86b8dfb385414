/** A Carrier in a container of a test, and what it is told. */
import { archive } from "../../lib/archive.ts";
import type { CarrierRoute, CarrierServer } from "../../lib/bridge/nginx.ts";
import { docker, exec, type Output, tryDocker } from "../docker.ts";

const CARRIER = "/opt/carrier/bin/carrier";

/** What a pod under Pod Security "restricted" leaves. */
export const restricted = [
  "--read-only",
  ...["--user", "12345:12345"],
  ...["--cap-drop", "ALL"],
  ...["--security-opt", "no-new-privileges"],
];

export async function apply(container: string, conf: string): Promise<Output> {
  const state = await archive({ "nginx.conf": conf });
  return await tryDocker(["exec", "--interactive", container, CARRIER, "apply"], state);
}

export async function status(
  container: string,
): Promise<{ configured: boolean; config: string; nginx: string }> {
  return JSON.parse(await exec(container, CARRIER, "status"));
}

export function addressOf(container: string): Promise<string> {
  const format = "{{ range .NetworkSettings.Networks }}{{ .IPAddress }}{{ end }}";
  return docker(["inspect", "--format", format, container]);
}

/** Resident kilobytes of all its processes, shared pages counted once per process as `Pss` does. */
export async function memory(container: string): Promise<number> {
  const pids = (await docker(["top", container, "-o", "pid"])).split("\n").slice(1).map((pid) => pid.trim());
  const sizes = await Promise.all(pids.map(async (pid) => {
    const rollup = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`).catch(() => "");
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A port as in the way "replace": nothing is left of the original. */
export function replaced(
  kind: CarrierServer["kind"],
  port: number,
  upstream?: string,
): CarrierServer {
  const routes = upstream ? [route("test", { upstream })] : [];
  return { port, listen: port, protocol: "TCP", kind, original: undefined, probes: "answer", routes };
}

export function route(
  bridge: string,
  { upstream, match, fallback = false }: Partial<CarrierRoute> & { upstream: string },
): CarrierRoute {
  return { bridge, match, fallback, upstream };
}
