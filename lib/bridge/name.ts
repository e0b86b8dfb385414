import { isObjectName, LONGEST } from "../api/object-names.ts";

/** The default name of a bridge. A container's name may have characters that Kubernetes does not allow. Pure. */
export function defaultBridgeName(app: string, target: string): string {
  const name = `${app}-${target}`;
  if (isObjectName(name)) return name;
  const parts = name.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  return parts.join("-").slice(0, LONGEST).replace(/-$/, "");
}
