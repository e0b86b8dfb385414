/** The volumes that a container in the cluster mounts. Pure. */
import type { V1Container, V1PodSpec, V1Volume } from "@kubernetes/client-node";
import { bytesOf } from "../../workload/quantity.ts";

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

/** One note for each volume that is not here. */
export function absentVolumes(mounts: VolumeMount[]): string[] {
  return mounts.filter((mount) => !isEmptyDir(mount))
    .map(({ path, kind, volume }) => `${path} (${kind} "${volume.name}") is not there; --volume can give it`);
}

const isEmptyDir = ({ kind, subPath }: VolumeMount) => kind === "emptyDir" && subPath === undefined;
