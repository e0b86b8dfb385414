import { gvk } from "../api/gvk.ts";
import { GefyraError } from "../errors.ts";
import type { Cluster } from "./cluster.ts";

/**
 * The namespace's labels; `undefined` if the user may not read namespaces, which does not mean that it may do nothing
 * in them.
 */
export async function requireNamespace(
  cluster: Cluster,
  name: string,
): Promise<Record<string, string> | undefined> {
  const found = await cluster.get({ ...gvk.Namespace, name }).catch((error) => {
    if (error instanceof GefyraError && error.exit === "forbidden") return { metadata: undefined };
    throw error;
  });
  if (found) return found.metadata && (found.metadata.labels ?? {});
  throw new GefyraError("namespace-missing", `Cannot use namespace "${name}": it does not exist`, {
    exit: "notFound",
    hint: `create it (\`kubectl create namespace ${name}\`) or name another with --namespace`,
  });
}
