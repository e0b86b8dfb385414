interface GroupVersionKind {
  apiVersion: string;
  kind: string;
}

function of<K extends string>(apiVersion: string, ...kinds: K[]): Record<K, GroupVersionKind> {
  const all: Record<string, GroupVersionKind> = {};
  for (const kind of kinds) all[kind] = { apiVersion, kind };
  return all;
}

/** Group, version and kind of what Gefyra reads and writes: how a reference, a selection and a manifest begin. */
export const gvk = {
  ...of("v1", "ConfigMap", "Event", "Namespace", "Node", "PersistentVolumeClaim", "Pod", "Secret", "Service"),
  ...of("v1", "ServiceAccount"),
  ...of("apps/v1", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
  ...of(
    "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
  ),
  ...of("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
  ...of("authentication.k8s.io/v1", "SelfSubjectReview", "TokenRequest"),
  ...of("authorization.k8s.io/v1", "SelfSubjectAccessReview"),
  ...of("discovery.k8s.io/v1", "EndpointSlice"),
  ...of("networking.k8s.io/v1", "NetworkPolicy", "ServiceCIDR"),
  ...of("rbac.authorization.k8s.io/v1", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
};
