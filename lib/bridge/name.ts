import { isObjectName, LONGEST } from "../api/object-names.ts";

/** The name of a bridge for which none was chosen: a container's may have letters that one in Kubernetes may not. Pure. */
export function defaultBridgeName(app: string, target: string): string {
  const name = `${app}-${target}`;
  if (isObjectName(name)) return name;
  const parts = name.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  return parts.join("-").slice(0, LONGEST).replace(/-$/, "");
}
