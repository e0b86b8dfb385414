/**
 * The environment that the kubelet gives a container, computed from API objects (k8s.io/kubernetes, pkg/kubelet,
 * makeEnvironmentVariables). The image's own variables are not in it. Pure.
 */
import type {
  V1ConfigMap,
  V1Container,
  V1EnvVarSource,
  V1Pod,
  V1PodSpec,
  V1Secret,
  V1Service,
} from "@kubernetes/client-node";
import { expand } from "../../workload/expand.ts";
import { podField, resourceField } from "../../workload/downward-api.ts";
import { serviceLinks } from "./service-links.ts";

/** A symbol, because a ConfigMap may have a key of any name. */
const reason = Symbol("reason");

/** Why something cannot be known. */
export interface Unknown {
  readonly [reason]: string;
}

export const unknown = (why: string): Unknown => ({ [reason]: why });

/** What was found under a name: the object, nothing, or why it cannot be known. */
export type Looked<T> = T | undefined | Unknown;

export interface Sources {
  pod: V1Pod;
  container: V1Container;
  configMaps: ReadonlyMap<string, Looked<V1ConfigMap>>;
  secrets: ReadonlyMap<string, Looked<V1Secret>>;
  /** Of the pod's namespace; and `kubernetes`. */
  services: V1Service[];
}

export interface Resolved {
  variables: Map<string, string>;
  /** e.g. `PASSWORD: no right to get secrets in namespace "shop"`. */
  unresolved: string[];
}

export interface References {
  configMaps: string[];
  secrets: string[];
}

/** The names of the ConfigMaps and Secrets that a container's environment needs. */
export function referencesOf({ env = [], envFrom = [] }: V1Container): References {
  const names = (list: (string | undefined)[]) => [...new Set(list.filter((one) => one !== undefined))];
  return {
    configMaps: names([
      ...envFrom.map((one) => one.configMapRef?.name),
      ...env.map((one) => one.valueFrom?.configMapKeyRef?.name),
    ]),
    secrets: names([
      ...envFrom.map((one) => one.secretRef?.name),
      ...env.map((one) => one.valueFrom?.secretKeyRef?.name),
    ]),
  };
}

export function resolveEnvironment(sources: Sources): Resolved {
  const { container, services } = sources;
  const links = serviceLinks(services);
  const variables = new Map<string, string>(), unresolved: string[] = [];
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const source = configMapRef ? dataOf(sources, "configMaps", configMapRef.name) : dataOf(
      sources,
      "secrets",
      secretRef?.name,
    );
    if (isUnknown(source)) {
      unresolved.push(
        `all of ${configMapRef ? "ConfigMap" : "Secret"} ` +
          `"${(configMapRef ?? secretRef)?.name}": ${source[reason]}`,
      );
    } else for (const [key, value] of Object.entries(source ?? {})) variables.set(`${prefix}${key}`, value);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found = value || !valueFrom
      ? expand(value ?? "", (other) => variables.get(other) ?? links.get(other))
      : valueOf(sources, valueFrom);
    if (typeof found === "string") variables.set(name, found);
    else if (found) unresolved.push(`${name}: ${found[reason]}`);
  }
  return { variables: new Map([...links, ...variables]), unresolved };
}

/** `undefined`: the variable is optional, and its source is not there. */
function valueOf(sources: Sources, from: V1EnvVarSource): Looked<string> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = from;
  if (fieldRef) {
    const value = podField(sources.pod, fieldRef.fieldPath);
    return value ?? unknown(`no running pod has ${fieldRef.fieldPath}`);
  }
  if (resourceFieldRef) {
    const container = containerOf(sources, resourceFieldRef.containerName);
    return resourceField(container, resourceFieldRef) ??
      unknown(`${resourceFieldRef.resource} is not set, so it depends on the node`);
  }
  const [kind, reference] = configMapKeyRef
    ? ["configMaps", configMapKeyRef] as const
    : ["secrets", secretKeyRef] as const;
  if (!reference) return unknown("its source is of a kind that is not known");
  const data = dataOf(sources, kind, reference.name);
  return isUnknown(data) ? data : data?.[reference.key];
}

const containerOf = ({ pod, container }: Sources, name: string | undefined) =>
  allContainers(pod.spec).find((one) => one.name === name) ?? container;

const allContainers = (spec: V1PodSpec | undefined) => [
  ...spec?.containers ?? [],
  ...spec?.initContainers ?? [],
];

function dataOf(
  sources: Sources,
  kind: "configMaps" | "secrets",
  name: string | undefined,
): Looked<Record<string, string>> {
  if (!name) return unknown("its source is of a kind that is not known");
  if (kind === "configMaps") {
    const found = sources.configMaps.get(name);
    return isUnknown(found) ? found : found?.data;
  }
  const found = sources.secrets.get(name);
  if (isUnknown(found)) return found;
  return found && Object.fromEntries(
    Object.entries(found.data ?? {}).map(([key, value]) => [key, fromBase64(value)]),
  );
}

const isUnknown = (looked: Looked<unknown>): looked is Unknown =>
  typeof looked === "object" && looked !== null && reason in looked;

const fromBase64 = (text: string) =>
  new TextDecoder().decode(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
