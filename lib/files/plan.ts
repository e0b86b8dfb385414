/** Decides where the files of a container are found from a container beside it. Pure. */
import type { V1Container, V1Pod, V1VolumeMount } from "@kubernetes/client-node";
import { podField } from "../workload/downward-api.ts";
import { expand } from "../workload/expand.ts";
import { VOLUMES, type Wanted } from "./wanted.ts";

export interface Share extends Wanted {
  /** In messages between both ends. */
  name: string;
  /** The same in the container that serves it. */
  path: string;
}

export interface FilesPlan {
  shares: Share[];
  mounts: V1VolumeMount[];
  /** Something is in the image: it is read through the container's process. */
  fromProcess: boolean;
}

/** Where the volumes are in the container that serves them. */
const FOLDER = "/gefyra";

/** The root of the container whose processes are shared, by its first process. */
const PROCESS_ROOT = "/proc/1/root";

export function planFiles(
  pod: V1Pod,
  container: V1Container,
  wanted: Wanted[],
): FilesPlan | { reasons: string[] } {
  const mounts = container.volumeMounts ?? [];
  const all = wanted.flatMap((one) =>
    one.remote === VOLUMES
      ? mounts.map(({ mountPath }) => ({ ...one, remote: bare(mountPath), local: bare(mountPath) }))
      : [one]
  );
  // `volumes` may name what another option names more precisely.
  const explicit = wanted.filter(({ remote }) => remote !== VOLUMES);
  const chosen = all.filter((one) =>
    explicit.includes(one) || !explicit.some(({ remote }) => same(remote, one.remote))
  );
  const reasons = overlaps(chosen);
  const used = new Map<string, V1VolumeMount>();
  let fromProcess = false;
  const shares = chosen.map((one, i): Share => {
    const mount = mountOf(mounts, one.remote);
    const name = one.name ?? `s${i}`;
    if (!mount) {
      fromProcess = true;
      return { ...one, name, path: PROCESS_ROOT + one.remote };
    }
    const folder = `${FOLDER}/${mount.name}`;
    const subPath = subPathOf(pod, container, mount);
    if (subPath === undefined) {
      reasons.push(`the subPathExpr of ${mount.mountPath} depends on more than the pod's own fields`);
    }
    if (one.back && mount.readOnly) reasons.push(`${one.remote} is read-only in the pod`);
    const readOnly = !one.back && (used.get(mount.name)?.readOnly ?? true);
    used.set(mount.name, { name: mount.name, mountPath: folder, readOnly });
    const rest = real(one.remote).slice(real(bare(mount.mountPath)).length);
    return { ...one, name, path: bare(`${folder}/${subPath ?? ""}`) + rest };
  });
  if (fromProcess && pod.spec?.shareProcessNamespace) {
    const paths = shares.filter(({ path }) => path.startsWith(PROCESS_ROOT)).map(({ remote }) => remote);
    reasons.push(`${paths.join(", ")} is in no volume, and the pod's containers share their processes`);
  }
  return reasons.length ? { reasons } : { shares, mounts: [...used.values()], fromProcess };
}

const bare = (path: string) => path.replace(/\/+/g, "/").replace(/\/$/, "");

/** The one link that nearly every image has, and that Kubernetes' own mounts go through. */
const real = (path: string) => path.replace(/^\/var\/run(?=\/|$)/, "/run");

const same = (a: string, b: string) => real(a) === real(b);
const within = (inner: string, outer: string) =>
  same(inner, outer) || real(inner).startsWith(`${real(outer)}/`);

/** The mount that a path is in: the deepest. */
function mountOf(mounts: V1VolumeMount[], path: string): V1VolumeMount | undefined {
  return mounts.filter(({ mountPath }) => within(path, bare(mountPath)))
    .sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
}

/** What goes in one direction must not come in the other. */
function overlaps(wanted: Wanted[]): string[] {
  return wanted.flatMap((one, i) =>
    wanted.slice(i + 1).flatMap((other) => {
      if (same(one.local, other.local)) return [`${one.local} is named twice`];
      const touch = within(one.remote, other.remote) || within(other.remote, one.remote) ||
        within(one.local, other.local) || within(other.local, one.local);
      return touch && (one.back || other.back)
        ? [`${one.remote} and ${other.remote} overlap, and one of them goes back to the pod`]
        : [];
    })
  );
}

/** `undefined` if it cannot be told from the API. */
function subPathOf(
  pod: V1Pod,
  { env = [] }: V1Container,
  { subPath, subPathExpr }: V1VolumeMount,
): string | undefined {
  if (!subPathExpr) return subPath ?? "";
  let known = true;
  const text = expand(subPathExpr, (name) => {
    const found = env.find((one) => one.name === name);
    const value = found?.value ?? podField(pod, found?.valueFrom?.fieldRef?.fieldPath ?? "");
    if (value === undefined || value.includes("$(")) known = false;
    return value;
  });
  return known ? text : undefined;
}
