/** What a user may do, and how a missing right is named. */
import { GefyraError, messageOf } from "../errors.ts";
import type { Access } from "../api/access.ts";
import type { Cluster } from "./cluster.ts";

/** Those of the rights that this user lacks: SelfSubjectAccessReview, all at once. */
export async function missingOf(cluster: Cluster, rights: Access[]): Promise<Access[]> {
  const allowed = await Promise.all(rights.map((access) => cluster.allowed(access)));
  return rights.filter((_, i) => !allowed[i]);
}

/** e.g. `"create gefyrabridges.gefyra.dev" in namespace "shop"`, `"list nodes" cluster-wide`. Pure. */
export function rightText({ verb, group, resource, subresource, namespace }: Access): string {
  const path = subresource ? `${resource}/${subresource}` : resource;
  const what = `"${verb} ${group ? `${path}.${group}` : path}"`;
  return namespace ? `${what} in namespace "${namespace}"` : `${what} cluster-wide`;
}

/** Each right once, e.g. `needs "get pods" in namespace "shop", "list nodes" cluster-wide`. Pure. */
export const needsText = (rights: Access[]): string =>
  `needs ${[...new Set(rights.map(rightText))].join(", ")}`;

/** Reports all missing rights at once, before anything is changed. `action`: e.g. `bridge "deployment/web"`. */
export async function requireRights(
  cluster: Cluster,
  rights: Access[],
  action: string,
  hint?: string,
): Promise<void> {
  const missing = await missingOf(cluster, rights);
  if (missing.length) throw rightsMissing(missing, action, hint);
}

const ASK = "use a context with these rights, or ask an administrator for them: " +
  "`gefyra install --print-rbac developer` prints what a developer needs";

export const rightsMissing = (missing: Access[], action: string, hint = ASK): GefyraError =>
  new GefyraError("rights-missing", `Cannot ${action}: ${needsText(missing)}`, { exit: "forbidden", hint });

export const isForbidden = (error: unknown): boolean =>
  error instanceof GefyraError && error.exit === "forbidden";

/** e.g. `needs "get pods" in namespace "shop"`, of an error of the API server. Pure. */
export function missingRightIn(error: unknown): string {
  const { cause } = error as Error;
  const right = cause instanceof Error ? deniedRight(cause.message) : undefined;
  return right ? needsText([right]) : messageOf(error);
}

/** For what a command can do without. */
export async function unlessForbidden<T, U>(answer: Promise<T>, instead: U): Promise<T | U> {
  try {
    return await answer;
  } catch (error) {
    if (isForbidden(error)) return instead;
    throw error;
  }
}

/** The right that an answer of the API server names (`… cannot list resource "pods" in API group "" in …`). Pure. */
export function deniedRight(message: string): Access | undefined {
  const [, verb, path, group = "", namespace] = DENIED.exec(message) ?? [];
  if (!verb || !path) return undefined;
  const [resource = "", subresource] = path.split("/");
  return {
    ...{ verb, group, resource },
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
  };
}

/** The text of Kubernetes' `NewForbidden` with the reason of its RBAC authorizer. */
const DENIED =
  /cannot ([a-z]+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)/;
