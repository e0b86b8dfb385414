/** A Carrier in a container of a test, and what it is told. */
import { archive } from "../../lib/archive.ts";
import type { CarrierRoute, CarrierServer } from "../../lib/config/nginx/server.ts";
import { docker, exec, type Output, tryDocker } from "../docker.ts";

const CARRIER = "/opt/carrier/bin/carrier";

/** What a pod under Pod Security "restricted" leaves. */
export const restricted = [
  "--read-only",
  ...["--user", "12345:12345"],
  ...["--cap-drop", "ALL"],
  ...["--security-opt", "no-new-privileges"],
];

export async function apply(container: string, conf: string, rules?: string): Promise<Output> {
  const state = await archive({
    "nginx.conf": conf,
    ...(rules === undefined ? {} : { "nftables.conf": rules }),
  });
  return await tryDocker(["exec", "--interactive", container, CARRIER, "apply"], state);
}

export async function status(
  container: string,
): Promise<{ configured: boolean; config: string; nginx: string; spoken: string[] }> {
  return JSON.parse(await exec(container, CARRIER, "status"));
}

export function addressOf(container: string): Promise<string> {
  const format = "{{ range .NetworkSettings.Networks }}{{ .IPAddress }}{{ end }}";
  return docker(["inspect", "--format", format, container]);
}

/**
 * Megabytes that the kernel cannot take back. Pages of program files are left out: how many of them count for a container
 * depends on who has read them first.
 */
export async function memory(container: string): Promise<number> {
  const folder = "/sys/fs/cgroup", old = `${folder}/memory`;
  const script =
    `cd ${old} 2>/dev/null || cd ${folder}; cat memory.usage_in_bytes memory.current 2>/dev/null; cat memory.stat`;
  const [used, ...lines] = (await exec(container, "sh", "-c", script)).split("\n");
  const stat = Object.fromEntries(lines.map((line) => line.split(" ")));
  const files = Number(stat.total_cache ?? stat.file) - Number(stat.total_shmem ?? stat.shmem);
  return (Number(used) - files) / 1e6;
}

/** A port as in mode "replace": nothing is left of the original. */
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
