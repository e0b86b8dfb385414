/** Writes a container as the fields of a Compose service, as `dockerRun` writes it as words. Pure. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions, HostConfig, MountSettings } from "dockerode";
import { nameOf } from "../app/env/merge.ts";
import type { ComposeService } from "./model.ts";

/** The key of Gefyra's network in a project. */
export const NETWORK = "gefyra";

export interface Fields extends ComposeService {
  environment: Record<string, string>;
  volumes: { type: string; source: string; target: string; [other: string]: unknown }[];
}

/** Without fields that say nothing. Compose would replace `$`, so it is doubled. */
export function composeFields(options: ContainerCreateOptions): Fields {
  const host: HostConfig = options.HostConfig ?? {};
  const network = host.NetworkMode ?? "";
  const endpoint = options.NetworkingConfig?.EndpointsConfig?.[network] as
    | { IPAMConfig?: { IPv4Address?: string }; GwPriority?: number }
    | undefined;
  const fields = {
    image: options.Image,
    hostname: options.Hostname,
    domainname: options.Domainname,
    platform: options.platform,
    entrypoint: options.Entrypoint && [options.Entrypoint].flat(),
    command: options.Cmd,
    user: options.User,
    working_dir: options.WorkingDir,
    stop_grace_period: options.StopTimeout === undefined ? undefined : `${options.StopTimeout}s`,
    environment: Object.fromEntries(
      (options.Env ?? []).map((entry) => [nameOf(entry), entry.slice(nameOf(entry).length + 1)]),
    ),
    labels: options.Labels,
    expose: Object.keys(options.ExposedPorts ?? {}),
    group_add: host.GroupAdd,
    cap_add: host.CapAdd,
    cap_drop: host.CapDrop,
    read_only: host.ReadonlyRootfs,
    security_opt: host.SecurityOpt,
    mem_limit: host.Memory,
    cpus: host.NanoCpus === undefined ? undefined : host.NanoCpus / 1e9,
    extra_hosts: host.ExtraHosts,
    tmpfs: Object.entries(host.Tmpfs ?? {}).map(([path, how]) => how ? `${path}:${how}` : path),
    volumes: (host.Mounts ?? []).map(volume),
    dns: host.Dns,
    dns_search: host.DnsSearch,
    dns_opt: host.DnsOptions,
    networks: {
      [NETWORK]: { ipv4_address: endpoint?.IPAMConfig?.IPv4Address, gw_priority: endpoint?.GwPriority },
    },
  };
  return escaped(Object.fromEntries(Object.entries(fields).filter(([, value]) => says(value)))) as Fields;
}

const says = (value: unknown) =>
  value !== undefined && value !== "" && !(Array.isArray(value) && !value.length);

const volume = ({ Type, Source, Target, ReadOnly, VolumeOptions }: MountSettings) => ({
  type: Type,
  source: Source,
  target: Target,
  ...(ReadOnly ? { read_only: true } : {}),
  ...(VolumeOptions?.NoCopy ? { volume: { nocopy: true } } : {}),
});

/** Compose replaces `$NAME` in values, and in no key. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escaped(one)]));
}
