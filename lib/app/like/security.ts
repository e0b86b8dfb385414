/** User, groups, capabilities and root of a container in the cluster, for Docker. Pure. */
// @ts-types="@types/dockerode"
import type { HostConfig } from "dockerode";
import type { V1Container, V1PodSpec } from "@kubernetes/client-node";

export interface Security {
  /** `UID[:GID]`; absent: the image's own. */
  user?: string;
  host: HostConfig;
  notes: string[];
}

export function securityOf(pod: V1PodSpec, container: V1Container): Security {
  const own = container.securityContext ?? {}, whole = pod.securityContext ?? {};
  const uid = own.runAsUser ?? whole.runAsUser, gid = own.runAsGroup ?? whole.runAsGroup;
  const groups = [...whole.supplementalGroups ?? [], ...whole.fsGroup === undefined ? [] : [whole.fsGroup]];
  const { add = [], drop = [] } = own.capabilities ?? {};
  const host: HostConfig = {
    ...(groups.length ? { GroupAdd: [...new Set(groups)].map(String) } : {}),
    ...(add.length ? { CapAdd: add } : {}),
    ...(drop.length ? { CapDrop: drop } : {}),
    ...(own.readOnlyRootFilesystem ? { ReadonlyRootfs: true } : {}),
    ...(own.allowPrivilegeEscalation === false ? { SecurityOpt: ["no-new-privileges"] } : {}),
  };
  const notes = [
    ...own.privileged ? ["the container in the cluster is privileged; the local one is not"] : [],
    ...uid === undefined && gid !== undefined
      ? [`runAsGroup ${gid} is not set: Docker needs a user with it (--user USER:${gid})`]
      : [],
  ];
  const user = uid === undefined ? undefined : gid === undefined ? `${uid}` : `${uid}:${gid}`;
  return { ...(user ? { user } : {}), host, notes };
}
