/** The container that `gefyra run` creates. Pure. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions, EndpointSettings, HostConfig, PortBinding } from "dockerode";
import { type Connection, connectionLabels } from "../connection/connection.ts";
import { GefyraError } from "../errors.ts";
import { APP_NAMESPACE_LABEL } from "../names.ts";
import { hostIn, hosts } from "../config/addresses.ts";

export interface AppOptions {
  image: string;
  name: string;
  /** The app resolves names as a pod of this namespace does. */
  namespace: string;
  /** Already split into words. */
  command?: string[] | undefined;
  env: string[];
  /** As `docker run -v`: `HOST:CONTAINER[:ro]` with an absolute host path, or a volume's name. */
  volumes: string[];
  /** As `docker run -p`: `[[IP:]HOST:]CONTAINER[/PROTOCOL]`. */
  publish: string[];
  user?: string | undefined;
  workdir?: string | undefined;
  /** Docker removes the container when it ends. */
  remove: boolean;
  /** Replaces the image's own. */
  entrypoint?: string[] | undefined;
  /** Default: made from the container's name. */
  hostname?: string | undefined;
  /** As a pod's: its domain is SUBDOMAIN.NAMESPACE.svc.DOMAIN. */
  subdomain?: string | undefined;
  /** Besides Gefyra's own. */
  labels?: Record<string, string>;
  /** Declared but not published: `80/tcp`. */
  expose?: string[];
  /** What Docker sets for the container, besides what follows from the other options. */
  host?: HostConfig;
  /** Docker networks besides the connection's. */
  networks?: string[];
  /** After the ones of a pod of the namespace. */
  searches?: string[];
  /** As in resolv.conf, `ndots` among them; replaces that of a pod. */
  dnsOptions?: string[];
  /** Keeps the container's input open. */
  interactive?: boolean;
  tty?: boolean;
  /** `OS/ARCHITECTURE[/VARIANT]`. */
  platform?: string | undefined;
  /** Seconds between SIGTERM and SIGKILL. */
  stopTimeout?: number | undefined;
}

export function appOptions(
  options: AppOptions,
  connection: Connection,
  address: string,
  domain: string,
): ContainerCreateOptions {
  const { ports, bindings } = published(options.publish);
  const { namespace } = options;
  return {
    name: options.name,
    Image: options.image,
    ...(options.platform ? { platform: options.platform } : {}),
    Hostname: options.hostname ?? hostname(options.name),
    ...(options.subdomain ? { Domainname: `${options.subdomain}.${namespace}.svc.${domain}` } : {}),
    ...(options.entrypoint ? { Entrypoint: options.entrypoint } : {}),
    ...(options.command ? { Cmd: options.command } : {}),
    ...(options.user ? { User: options.user } : {}),
    ...(options.workdir ? { WorkingDir: options.workdir } : {}),
    Env: options.env,
    ...(options.interactive ? { OpenStdin: true, StdinOnce: true, AttachStdin: true } : {}),
    ...(options.tty ? { Tty: true } : {}),
    ...(options.stopTimeout === undefined ? {} : { StopTimeout: options.stopTimeout }),
    Labels: {
      ...options.labels,
      ...connectionLabels(connection.name, "app"),
      [APP_NAMESPACE_LABEL]: namespace,
    },
    ExposedPorts: { ...Object.fromEntries((options.expose ?? []).map((port) => [port, {}])), ...ports },
    HostConfig: {
      ...options.host,
      AutoRemove: options.remove,
      NetworkMode: connection.network,
      Binds: options.volumes,
      PortBindings: bindings,
      // As the kubelet writes /etc/resolv.conf for a pod with DNS policy ClusterFirst.
      Dns: [hostIn(connection.subnet, hosts.gateway)],
      DnsSearch: [`${namespace}.svc.${domain}`, `svc.${domain}`, domain, ...options.searches ?? []],
      DnsOptions: options.dnsOptions ?? ["ndots:5"],
    },
    NetworkingConfig: {
      // For the container's whole life, so that a restart does not break a bridge.
      EndpointsConfig: {
        [connection.network]: {
          IPAMConfig: { IPv4Address: address },
          GwPriority: GATEWAY_PRIORITY,
        } as EndpointSettings,
      },
    },
  };
}

/** Linux limits host names to 63 characters. Kubernetes shortens a pod's the same way. */
function hostname(name: string): string {
  return name.slice(0, 63).replace(/[-._]+$/, "");
}

/** Selects the network of the default gateway from Docker 28 on; before, the name decides (docs/decisions/016). */
const GATEWAY_PRIORITY = 100;

const PUBLISH = /^(?:(?:(\d+\.\d+\.\d+\.\d+):)?(\d*):)?(\d+)(?:\/(tcp|udp))?$/;

function published(publish: string[]) {
  const ports: Record<string, Record<string, never>> = {};
  const bindings: Record<string, PortBinding[]> = {};
  for (const text of publish) {
    const [, ip = "", host = "", container = "", protocol = "tcp"] = text.match(PUBLISH) ?? invalid(text);
    const key = `${container}/${protocol}`;
    ports[key] = {};
    (bindings[key] ??= []).push({ HostIp: ip, HostPort: host });
  }
  return { ports, bindings };
}

function invalid(text: string): never {
  throw new GefyraError(
    "publish-invalid",
    `Cannot publish "${text}": it is not [[IP:]HOST:]CONTAINER[/PROTOCOL]`,
    {
      exit: "usage",
      hint: "write it as docker does, e.g. --publish 8080:80",
    },
  );
}
