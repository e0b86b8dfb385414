/** A Compose project as `docker compose config` prints it; what is not named here is left as it is. */
import { GefyraError } from "../errors.ts";
import { parseSettings, type ServiceSettings } from "./settings.ts";

export const EXTENSION = "x-gefyra";

export interface ComposeService {
  image?: string;
  build?: unknown;
  container_name?: string;
  network_mode?: string;
  /** Absent: one. */
  scale?: number;
  deploy?: { replicas?: number; resources?: { limits?: { memory?: unknown; cpus?: unknown } } };
  provider?: unknown;
  command?: unknown;
  entrypoint?: unknown;
  environment?: Record<string, string | null>;
  networks?: Record<string, Record<string, unknown> | null>;
  volumes?: { target?: string }[];
  tmpfs?: string[];
  [other: string]: unknown;
}

export interface ComposeModel {
  name: string;
  services: Record<string, ComposeService>;
  networks?: Record<string, unknown>;
  volumes?: Record<string, unknown>;
  [other: string]: unknown;
}

/** A service that is to be an app. */
export interface GefyraService {
  service: string;
  /** Of its container. */
  container: string;
  settings: ServiceSettings;
}

/** As Compose names the only container of a service. */
export const containerName = (project: string, service: string): string => `${project}-${service}-1`;

/** The services with `x-gefyra`. Throws `compose-invalid` with all problems of all of them. */
export function gefyraServices({ name: project, services }: ComposeModel): GefyraService[] {
  const problems: string[] = [];
  const found = Object.entries(services).filter(([, service]) => EXTENSION in service)
    .map(([name, service]) => {
      const own: string[] = [...misfits(service)];
      const settings = parseSettings(service[EXTENSION], own);
      problems.push(...own.map((problem) => `service "${name}": ${problem}`));
      return { service: name, container: service.container_name ?? containerName(project, name), settings };
    });
  if (found.length === 0) problems.push(`no service has ${EXTENSION}`);
  if (problems.length) throw composeInvalid(project, problems);
  return found;
}

export function composeInvalid(project: string, problems: string[]): GefyraError {
  return new GefyraError("compose-invalid", `Cannot use project "${project}": ${problems.join("; ")}`, {
    exit: "usage",
    hint: "docs/compose.md lists what a service may say",
  });
}

/** An app is one container with an address in Gefyra's network. */
function misfits({ network_mode, scale, deploy, provider }: ComposeService): string[] {
  const count = scale ?? deploy?.replicas ?? 1;
  return [
    ...network_mode ? [`network_mode ${network_mode} excludes Gefyra's network`] : [],
    ...count > 1 ? [`it has ${count} containers, and an app is one`] : [],
    ...provider ? [`it has a provider: give ${EXTENSION} as its options`] : [],
  ];
}

/** The containers of the services with `x-gefyra`, whatever is wrong with it. */
export function appNames(
  { name: project, services }: ComposeModel,
): { service: string; container: string }[] {
  return Object.entries(services).filter(([, service]) => EXTENSION in service).map(([service, own]) => ({
    service,
    container: own.container_name ?? containerName(project, service),
  }));
}

/** Compose wants an image of each service, also where it only removes it. */
export function withImages(model: ComposeModel): ComposeModel {
  const services = Object.entries(model.services).map(([name, service]) =>
    [
      name,
      service.build || service.provider || service.image ? service : { ...service, image: name },
    ] as const
  );
  return { ...model, services: Object.fromEntries(services) };
}

/** Where a service mounts something. */
export function mountedPaths({ volumes = [], tmpfs = [] }: ComposeService = {}): string[] {
  return [...volumes.map(({ target = "" }) => target), ...tmpfs.map((one) => one.split(":")[0] ?? "")];
}
