/** What a namespace's Pod Security admission lets in. Pure. */
const ENFORCE = "pod-security.kubernetes.io/enforce";

/** `undefined` where the namespace sets none, or where its labels are not known. */
export function enforcedLevel(namespaceLabels: Record<string, string> | undefined): string | undefined {
  return namespaceLabels?.[ENFORCE];
}

/** Only `privileged` allows a container NET_ADMIN; a namespace without a level has the cluster's, usually that. */
export function admitsNetAdmin(namespaceLabels: Record<string, string> | undefined): boolean {
  const level = enforcedLevel(namespaceLabels);
  return level === undefined || level === "privileged";
}
