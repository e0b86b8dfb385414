import type { ObjectRef } from "../api/objects.ts";
import type { Selection } from "./cluster.ts";

/** The REST names of the kinds that Gefyra reads or writes. */
const plurals: Record<string, string> = {
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
  ConfigMap: "configmaps",
  CustomResourceDefinition: "customresourcedefinitions",
  DaemonSet: "daemonsets",
  Deployment: "deployments",
  EndpointSlice: "endpointslices",
  Event: "events",
  GefyraBridge: "gefyrabridges",
  GefyraClient: "gefyraclients",
  Namespace: "namespaces",
  NetworkPolicy: "networkpolicies",
  Node: "nodes",
  PersistentVolumeClaim: "persistentvolumeclaims",
  Pod: "pods",
  ReplicaSet: "replicasets",
  Role: "roles",
  RoleBinding: "rolebindings",
  Secret: "secrets",
  Service: "services",
  ServiceAccount: "serviceaccounts",
  ServiceCIDR: "servicecidrs",
  StatefulSet: "statefulsets",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
  ValidatingAdmissionPolicyBinding: "validatingadmissionpolicybindings",
};

export function pluralOf(kind: string): string {
  const plural = plurals[kind];
  if (!plural) throw new TypeError(`no REST name is known for kind ${kind}`);
  return plural;
}

/** The path of a collection below the API server's root. */
export function collectionPath({ apiVersion, kind, namespace }: Selection): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return [root, ...(namespace ? ["namespaces", namespace] : []), pluralOf(kind)].join("/");
}

/** The path of one object, or of its subresource. */
export function objectPath(ref: ObjectRef, subresource?: string): string {
  return [collectionPath(ref), ref.name, ...(subresource ? [subresource] : [])].join("/");
}
