/** Puts Gefyra's part into a Compose project. Pure. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import { composeFields, type Fields, NETWORK } from "./fields.ts";
import type { ComposeModel, ComposeService } from "./model.ts";

export interface ComposeApp {
  service: string;
  /** The container that `gefyra run` would create. */
  created: ContainerCreateOptions;
}

/** `network`: the name of the connection's Docker network. */
export function withApps(model: ComposeModel, network: string, apps: ComposeApp[]): ComposeModel {
  const services = { ...model.services }, volumes = { ...model.volumes };
  for (const { service, created } of apps) {
    const fields = composeFields(created);
    services[service] = withFields(services[service] ?? {}, fields, created.name);
    for (const { source } of fields.volumes ?? []) volumes[source] = { external: true, name: source };
  }
  const networks = { ...model.networks, [NETWORK]: { external: true, name: network } };
  return { ...model, services, networks, volumes };
}

/** Where the service stands in the network, and what finds it, is Gefyra's. */
const OURS = ["dns"] as const;
const JOINED = ["expose", "group_add", "cap_add", "cap_drop", "security_opt", "extra_hosts"] as const;

/** What the service says wins; lists are joined, its own first. */
export function withFields(
  service: ComposeService,
  fields: Fields,
  name: string | undefined,
): ComposeService {
  const own = said(service), limits = service.deploy?.resources?.limits;
  const { image, mem_limit, cpus, entrypoint, command, ...rest } = fields;
  const list = (from: ComposeService, key: string) => (from[key] ?? []) as string[];
  const joined = JOINED.filter((key) => own[key] ?? fields[key])
    .map((key) => [key, [...new Set([...list(own, key), ...list(fields, key)])]]);
  return {
    ...rest,
    ...(service.build ? {} : { image }),
    ...(limits?.memory === undefined && mem_limit ? { mem_limit } : {}),
    ...(limits?.cpus === undefined && cpus ? { cpus } : {}),
    ...(own.entrypoint || own.command ? {} : said({ entrypoint, command })),
    ...own,
    ...Object.fromEntries(joined),
    ...Object.fromEntries(OURS.map((key) => [key, fields[key]])),
    ...(name ? { container_name: name } : {}),
    dns_search: [...list(fields, "dns_search"), ...list(own, "dns_search")],
    environment: { ...fields.environment, ...own.environment },
    labels: { ...own.labels as object, ...fields.labels as object },
    networks: { ...own.networks, ...fields.networks },
    tmpfs: [...list(own, "tmpfs"), ...list(fields, "tmpfs")],
    volumes: [...own.volumes ?? [], ...fields.volumes ?? []],
  };
}

/** Compose prints fields without a value as null. */
function said(service: ComposeService): ComposeService {
  return Object.fromEntries(
    Object.entries(service).filter(([, value]) => value !== null && value !== undefined),
  );
}
