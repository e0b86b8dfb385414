/** The options of an app container that stands for one in the cluster. Pure. */
import type { V1Pod } from "@kubernetes/client-node";
import { expand } from "../../workload/expand.ts";
import type { Variables } from "../env/environ.ts";
import type { Origin } from "../origin.ts";
import type { AppOptions } from "../spec.ts";
import { limitsOf } from "./limits.ts";
import { namesOf } from "./network.ts";
import { securityOf } from "./security.ts";
import { emptyDirs, isTaken, type VolumeMount, volumeMounts } from "./volumes.ts";

type LikeOptions = Partial<Omit<AppOptions, "name" | "namespace" | "env">> & Pick<AppOptions, "image">;

export interface Like {
  options: LikeOptions;
  /** What the local container cannot have, but for volumes. */
  notes: string[];
  mounts: VolumeMount[];
}

export interface LikeContext {
  /** The container's whole environment, which its command may refer to. */
  variables: Variables;
  /** CPUs of Docker's machine. */
  cpus: number;
}

export function likeContainer(
  { pod, container, image }: Pick<Origin, "pod" | "container" | "image">,
  { variables, cpus }: LikeContext,
): Like {
  const spec: NonNullable<V1Pod["spec"]> = pod.spec ?? { containers: [] };
  const security = securityOf(spec, container), limits = limitsOf(container, cpus);
  const names = namesOf(spec), mounts = volumeMounts(spec, container);
  const tmpfs = emptyDirs(mounts);
  const words = (list: string[] | undefined) =>
    list?.length ? list.map((word) => expand(word, (name) => variables.get(name))) : undefined;
  const { terminationGracePeriodSeconds: stopTimeout } = spec;
  return {
    options: {
      image,
      ...given({
        entrypoint: words(container.command),
        command: words(container.args),
        workdir: container.workingDir,
        user: security.user,
        hostname: names.hostname,
        subdomain: names.subdomain,
        stopTimeout,
      }),
      expose: (container.ports ?? []).filter(({ protocol = "TCP" }) => protocol !== "SCTP")
        .map(({ containerPort, protocol = "TCP" }) => `${containerPort}/${protocol.toLowerCase()}`),
      searches: names.searches,
      dnsOptions: names.dnsOptions,
      host: {
        ...security.host,
        ...limits.host,
        ...(names.hosts.length ? { ExtraHosts: names.hosts } : {}),
        ...(Object.keys(tmpfs).length ? { Tmpfs: tmpfs } : {}),
      },
    },
    notes: [...security.notes, ...limits.notes, ...names.notes],
    mounts,
  };
}

function given<T extends object>(all: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as never;
}

/**
 * What was typed wins. Lists are joined; an own program or command takes the place of the whole command line. A path that
 * is taken gets no tmpfs of the pod.
 */
export function overridden<T extends Partial<AppOptions>>(
  like: Partial<AppOptions>,
  typed: T,
  taken: string[],
): Partial<AppOptions> & T {
  const own = given(typed) as Partial<AppOptions>;
  const { entrypoint: _entrypoint, command: _command, ...rest } = like;
  const base = own.entrypoint || own.command ? rest : like;
  const [theirs, mine] = [like.host ?? {}, own.host ?? {}];
  const joined = <K extends "ExtraHosts" | "CapAdd" | "CapDrop">(key: K) =>
    theirs[key] || mine[key] ? { [key]: [...mine[key] ?? [], ...theirs[key] ?? []] } : {};
  const free = (tmpfs: Record<string, string>) =>
    Object.fromEntries(Object.entries(tmpfs).filter(([path]) => !isTaken(path, taken)));
  const host = {
    ...theirs,
    ...mine,
    ...joined("ExtraHosts"),
    ...joined("CapAdd"),
    ...joined("CapDrop"),
    ...(theirs.Tmpfs || mine.Tmpfs ? { Tmpfs: { ...free(theirs.Tmpfs ?? {}), ...mine.Tmpfs } } : {}),
  };
  return { ...base, ...own, host } as Partial<AppOptions> & T;
}
