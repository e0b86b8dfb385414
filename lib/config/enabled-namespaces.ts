/** The namespaces where bridges are allowed, as the operator's environment has them. Pure. */
import type { V1Deployment } from "@kubernetes/client-node";

const VARIABLE = "GEFYRA_NAMESPACES";

/** Nothing if bridges are allowed in all namespaces. */
export const namespacesEnv = (namespaces: string[] | undefined) =>
  namespaces ? [{ name: VARIABLE, value: namespaces.join(",") }] : [];

/** `undefined`: all namespaces. */
export function namespacesIn(env: (name: string) => string | undefined): string[] | undefined {
  const value = env(VARIABLE);
  return value === undefined ? undefined : value.split(",").filter(Boolean);
}

/** The same of the operator's Deployment. */
export function enabledNamespaces({ spec }: V1Deployment): string[] | undefined {
  const env = spec?.template.spec?.containers.flatMap((container) => container.env ?? []) ?? [];
  return namespacesIn((name) => env.find((one) => one.name === name)?.value);
}
