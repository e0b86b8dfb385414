/** The options of an installation, as `up` and `install` have them. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { Manifest } from "../lib/api/objects.ts";
import type { ServiceOptions } from "../lib/config/install-options.ts";
import { DEFAULT_REGISTRY } from "../lib/images.ts";
import { VERSION } from "../lib/names.ts";
import { wholeNumber } from "./command.ts";
import { answer, type Form } from "./output.ts";

export const registryOption = () =>
  new Option("--registry <name>", "registry of Gefyra's images").env("GEFYRA_REGISTRY")
    .default(DEFAULT_REGISTRY);
export const tagOption = () =>
  new Option("--tag <tag>", "tag of Gefyra's images").env("GEFYRA_TAG").default(VERSION);
export const serviceTypeOption = (absent: string) =>
  new Option("--service-type <type>", `type of Stowaway's service (default: ${absent})`)
    .choices(["NodePort", "LoadBalancer"]);
export const dryRunOption = () =>
  new Option("--dry-run", "print the objects for the cluster, without changing anything");

export const serviceAnnotationOption = () =>
  new Option("--service-annotation <key=value>", "annotation for the load balancer (repeatable)")
    .argParser(annotation);
export const servicePortOption = () =>
  new Option("--service-port <number>", "UDP port of the load balancer").argParser(wholeNumber(1, 65535));

function annotation(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, key, value] = text.match(/^([^=\s]+)=(.*)$/) ?? [];
  if (key !== undefined && value !== undefined) return { ...before, [key]: value };
  throw new InvalidArgumentError("It must be KEY=VALUE.");
}

export interface ServiceFlags {
  serviceType?: ServiceOptions["type"] | undefined;
  serviceAnnotation?: Record<string, string> | undefined;
  servicePort?: number | undefined;
}

/** Annotations and a port imply a load balancer. */
export function serviceOptions(
  { serviceType, serviceAnnotation, servicePort }: ServiceFlags,
): ServiceOptions | undefined {
  if (!serviceType && !serviceAnnotation && !servicePort) return undefined;
  return {
    type: serviceType ?? "LoadBalancer",
    ...(serviceAnnotation ? { annotations: serviceAnnotation } : {}),
    ...(servicePort ? { port: servicePort } : {}),
  };
}

/** As `kubectl apply` reads them; by default as YAML. */
export async function printObjects(
  name: "up" | "install",
  items: Manifest[],
  { output = "yaml" }: Form,
): Promise<void> {
  if (output === "yaml") {
    const { stringify } = await import("./yaml.ts");
    return console.log(items.map((object) => stringify(object)).join("---\n").trimEnd());
  }
  const names = () => items.map(objectName);
  await answer(name, { apiVersion: "v1", kind: "List", items }, { output }, { text: () => "", names });
}

/** As kubectl: `deployment.apps/NAME`. */
function objectName({ apiVersion = "", kind = "", metadata }: Manifest): string {
  const [group] = apiVersion.includes("/") ? apiVersion.split("/") : [];
  return `${kind.toLowerCase()}${group ? `.${group}` : ""}/${metadata?.name}`;
}
