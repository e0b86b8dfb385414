/** What a namespace's Pod Security admission allows. Pure. */
const ENFORCE = "pod-security.kubernetes.io/enforce";

/** `undefined` if the namespace sets no level, or if its labels are not known. */
export function enforcedLevel(namespaceLabels: Record<string, string> | undefined): string | undefined {
  return namespaceLabels?.[ENFORCE];
}

/** Only `privileged` allows NET_ADMIN. A namespace without a level uses the cluster's, usually that one. */
export function admitsNetAdmin(namespaceLabels: Record<string, string> | undefined): boolean {
  const level = enforcedLevel(namespaceLabels);
  return level === undefined || level === "privileged";
}
