/** The volumes that a container in the cluster mounts. Pure. */
import type { V1Container, V1PodSpec, V1Volume } from "@kubernetes/client-node";
import { VOLUMES, type Wanted } from "../../files/wanted.ts";
import { bytesOf } from "../../workload/quantity.ts";
import type { AppOptions } from "../spec.ts";

export interface VolumeMount {
  /** Where the container has it. */
  path: string;
  /** As in the pod's spec, e.g. `configMap`, `projected`, `emptyDir`. */
  kind: string;
  volume: V1Volume;
  readOnly: boolean;
  subPath?: string;
}

/** What `--like` wants to have here: the one list that file sync works on. */
export function volumeMounts(pod: V1PodSpec, { volumeMounts = [] }: V1Container): VolumeMount[] {
  return volumeMounts.flatMap(({ name, mountPath, readOnly = false, subPath }) => {
    const volume = pod.volumes?.find((one) => one.name === name);
    if (!volume) return [];
    const kind = Object.keys(volume).find((key) => key !== "name") ?? "emptyDir";
    return [{ path: mountPath, kind, volume, readOnly, ...(subPath ? { subPath } : {}) }];
  });
}

/** An emptyDir is empty when its pod starts, so a tmpfs takes its place; Docker's options for each path. */
export function emptyDirs(mounts: VolumeMount[]): Record<string, string> {
  return Object.fromEntries(
    mounts.filter(isEmptyDir).map(({ path, volume }) => {
      const size = bytesOf(volume.emptyDir?.sizeLimit);
      return [path, ["rw", "exec", "mode=0777", ...(size ? [`size=${Math.floor(size)}`] : [])].join(",")];
    }),
  );
}

/** Paths at which the app gets something else: what is typed, and files that are synced. */
export function takenPaths(
  { volumes = [], host = {} }: Pick<Partial<AppOptions>, "volumes" | "host">,
  wanted: Pick<Wanted, "remote" | "local">[],
  mounts: VolumeMount[],
): string[] {
  return [
    ...volumes.flatMap((one) => one.split(":")[1] ?? []),
    ...(host.Mounts ?? []).map(({ Target }) => Target),
    ...Object.keys(host.Tmpfs ?? {}),
    ...wanted.flatMap(({ remote, local }) => remote === VOLUMES ? mounts.map(({ path }) => path) : [local]),
  ];
}

/** Whether the path, or a folder above it, is taken. */
export const isTaken = (path: string, taken: string[]): boolean =>
  taken.some((one) => path === one || path.startsWith(`${one}/`));

/** One note for each volume that is not here. */
export function absentVolumes(mounts: VolumeMount[], taken: string[]): string[] {
  return mounts.filter((mount) => !isEmptyDir(mount) && !isTaken(mount.path, taken))
    .map(({ path, kind, volume }) =>
      `${path} (${kind} "${volume.name}") is not there; --sync or --volume can give it`
    );
}

const isEmptyDir = ({ kind, subPath }: VolumeMount) => kind === "emptyDir" && subPath === undefined;
