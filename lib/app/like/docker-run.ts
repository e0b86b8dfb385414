/** Writes a container as the `docker run` that makes it. Pure. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions, HostConfig, MountSettings } from "dockerode";
import { quote } from "../env/format.ts";
import { nameOf } from "../env/merge.ts";

type Words = string[];

const each = (option: string, values: string[] | undefined): Words =>
  (values ?? []).flatMap((one) => [option, one]);
const flag = (option: string, set: unknown): Words => set ? [option] : [];
const value = (option: string, text: unknown): Words =>
  text === undefined || text === "" ? [] : [option, `${text}`];

/** `masked`: the names of variables whose values are not shown. */
export function dockerRun(options: ContainerCreateOptions, masked: ReadonlySet<string> = new Set()): string {
  const host: HostConfig = options.HostConfig ?? {};
  const [program, ...more] = [options.Entrypoint ?? []].flat();
  const env = (options.Env ?? []).map((entry) =>
    masked.has(nameOf(entry)) ? `${nameOf(entry)}=******` : entry
  );
  const words = [
    ...value("--name", options.name),
    ...value("--hostname", options.Hostname),
    ...value("--domainname", options.Domainname),
    ...networkWords(options),
    ...flag("--rm", host.AutoRemove),
    ...flag("--interactive", options.OpenStdin),
    ...flag("--tty", options.Tty),
    ...value("--platform", options.platform),
    ...value("--user", options.User),
    ...each("--group-add", host.GroupAdd?.map(String)),
    ...value("--workdir", options.WorkingDir),
    ...each("--env", env),
    ...each("--volume", host.Binds),
    ...each("--mount", (host.Mounts ?? []).map(mountText)),
    ...each("--tmpfs", Object.entries(host.Tmpfs ?? {}).map(([path, how]) => how ? `${path}:${how}` : path)),
    ...each("--publish", publishTexts(host)),
    ...each("--expose", Object.keys(options.ExposedPorts ?? {}).filter((one) => !host.PortBindings?.[one])),
    ...limitWords(host),
    ...each("--cap-add", host.CapAdd),
    ...each("--cap-drop", host.CapDrop),
    ...each("--security-opt", host.SecurityOpt),
    ...flag("--read-only", host.ReadonlyRootfs),
    ...flag("--init", host.Init),
    ...restartWords(host),
    ...value("--stop-timeout", options.StopTimeout),
    ...each("--label", Object.entries(options.Labels ?? {}).map(([key, text]) => `${key}=${text}`)),
    ...program === undefined ? [] : ["--entrypoint", program],
    options.Image ?? "",
    ...more,
    ...options.Cmd ?? [],
  ];
  return ["docker run", ...words.map(shellWord)].join(" ");
}

/** Words that no shell changes stay as they are. */
const shellWord = (text: string) => /^[\w@%+=:,./-]+$/.test(text) ? text : quote(text);

function networkWords({ NetworkingConfig, HostConfig }: ContainerCreateOptions): Words {
  const network = HostConfig?.NetworkMode ?? "";
  const address = NetworkingConfig?.EndpointsConfig?.[network]?.IPAMConfig?.IPv4Address;
  return [
    ...value("--network", network),
    ...value("--ip", address),
    ...each("--dns", HostConfig?.Dns),
    ...each("--dns-search", HostConfig?.DnsSearch),
    ...each("--dns-option", HostConfig?.DnsOptions),
    ...each("--add-host", HostConfig?.ExtraHosts),
  ];
}

function limitWords(host: HostConfig): Words {
  const ulimits = (host.Ulimits ?? []) as { Name: string; Soft: number; Hard: number }[];
  const [gpus] = (host.DeviceRequests ?? []) as { Count: number; DeviceIDs: string[] }[];
  const devices = gpus?.DeviceIDs.length ? `"device=${gpus.DeviceIDs.join(",")}"` : gpus?.Count;
  return [
    ...value("--memory", host.Memory),
    ...value("--cpus", host.NanoCpus === undefined ? undefined : host.NanoCpus / 1e9),
    ...value("--gpus", devices === -1 ? "all" : devices),
    ...value("--shm-size", host.ShmSize),
    ...each("--ulimit", ulimits.map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`)),
  ];
}

function restartWords({ RestartPolicy }: HostConfig): Words {
  const { Name = "", MaximumRetryCount = 0 } = RestartPolicy ?? {};
  return value("--restart", MaximumRetryCount ? `${Name}:${MaximumRetryCount}` : Name);
}

function publishTexts({ PortBindings }: HostConfig): string[] {
  return Object.entries((PortBindings ?? {}) as Record<string, { HostIp?: string; HostPort?: string }[]>)
    .flatMap(
      ([port, bindings]) =>
        bindings.map(({ HostIp, HostPort }) =>
          HostIp ? `${HostIp}:${HostPort ?? ""}:${port}` : HostPort ? `${HostPort}:${port}` : port
        ),
    );
}

function mountText(
  { Type, Source, Target, ReadOnly, BindOptions, VolumeOptions, TmpfsOptions }: MountSettings,
): string {
  const fields = [
    `type=${Type}`,
    ...Source ? [`source=${Source}`] : [],
    `target=${Target}`,
    ...ReadOnly ? ["readonly"] : [],
    ...BindOptions?.Propagation ? [`bind-propagation=${BindOptions.Propagation}`] : [],
    ...VolumeOptions?.NoCopy ? ["volume-nocopy"] : [],
    ...TmpfsOptions?.SizeBytes ? [`tmpfs-size=${TmpfsOptions.SizeBytes}`] : [],
    ...TmpfsOptions?.Mode ? [`tmpfs-mode=${TmpfsOptions.Mode.toString(8)}`] : [],
  ];
  return fields.map((one) => /[",]/.test(one) ? `"${one.replaceAll('"', '""')}"` : one).join(",");
}
