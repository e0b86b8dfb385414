/** The container that serves a pod's files: ephemeral, beside the one whose files it serves. Pure. */
import type { V1Container, V1EphemeralContainer, V1Pod } from "@kubernetes/client-node";
import { contract } from "../contract.ts";
import { FILES, FILES_IDLE_S, GEFYRA_USER } from "../names.ts";
import { type Placement, placementAmong } from "../pods/ephemeral.ts";
import { sha256 } from "../sha256.ts";
import type { FilesPlan } from "./plan.ts";

/** Whom a container's main process runs as. */
export interface ProcessUser {
  uid: number;
  gid?: number | undefined;
}

/** As the pod and its status say; `undefined` if only the image knows. */
export function userOf(pod: V1Pod, container: V1Container): ProcessUser | undefined {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === container.name);
  const { uid, gid } = status?.user?.linux ?? {};
  if (uid !== undefined) return { uid, gid };
  const own = container.securityContext ?? {}, shared = pod.spec?.securityContext ?? {};
  const runAsUser = own.runAsUser ?? shared.runAsUser;
  return runAsUser === undefined ? undefined : { uid: runAsUser, gid: own.runAsGroup ?? shared.runAsGroup };
}

/** Of the text of /proc/PID/status (proc(5)): the effective ones. */
export function userIn(status: string): ProcessUser | undefined {
  const id = (name: string) => new RegExp(`^${name}:\\s+\\d+\\s+(\\d+)`, "m").exec(status)?.[1];
  const uid = id("Uid"), gid = id("Gid");
  return uid === undefined ? undefined : { uid: Number(uid), gid: gid === undefined ? gid : Number(gid) };
}

/** If nobody knows: root, as most images, unless the pod forbids it. */
export function assumedUser(pod: V1Pod, container: V1Container): ProcessUser {
  return { uid: forbidsRoot(pod, container) ? GEFYRA_USER : 0 };
}

const forbidsRoot = (pod: V1Pod, { securityContext }: V1Container) =>
  securityContext?.runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot ?? false;

/**
 * Without a capability, and as the user whose files it reads: it can read what that one can. Only the files of an image
 * whose process is root need one, because root's process has capabilities that the reader must not lack.
 */
export function filesContainer(
  pod: V1Pod,
  container: V1Container,
  { plan: { mounts, fromProcess }, user: { uid, gid }, image }: {
    plan: FilesPlan;
    user: ProcessUser;
    image: string;
  },
): V1EphemeralContainer {
  const { seLinuxOptions } = container.securityContext ?? {};
  const spec: Omit<V1EphemeralContainer, "name"> = {
    image,
    imagePullPolicy: "IfNotPresent",
    command: [contract.paths.filesInPod, "serve", addressOf(pod), `${FILES_IDLE_S}`],
    ...(fromProcess ? { targetContainerName: container.name } : {}),
    volumeMounts: mounts,
    securityContext: {
      runAsUser: uid,
      ...(gid === undefined ? {} : { runAsGroup: gid }),
      runAsNonRoot: uid !== 0,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"], ...(fromProcess && uid === 0 ? { add: ["SYS_PTRACE"] } : {}) },
      seccompProfile: { type: "RuntimeDefault" },
      ...(seLinuxOptions ? { seLinuxOptions } : {}),
    },
  };
  return { name: `${FILES}-${sha256(JSON.stringify([container.name, spec])).slice(0, 8)}`, ...spec };
}

/** IPv4: the tunnel carries nothing else. */
function addressOf({ status }: V1Pod): string {
  const ips = status?.podIPs?.map(({ ip }) => ip) ?? [];
  return ips.find((ip) => !ip.includes(":")) ?? status?.podIP ?? "";
}

/** One like it that runs is used again. */
export function placementOf(pod: V1Pod, { name: base }: { name: string }): Placement {
  const ours = (pod.spec?.ephemeralContainers ?? []).filter(({ name }) =>
    name === base || name.startsWith(`${base}-`)
  );
  return placementAmong(pod, base, ours);
}
