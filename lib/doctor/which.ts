/** Chooses the connection that `gefyra doctor` checks. */
import { kubeconfigFiles } from "../kube/kubeconfig-files.ts";
import { choose } from "../connection/choose.ts";
import { listConnections, requireConnection } from "../connection/find.ts";
import type { Connection } from "../connection/connection.ts";
import { kubeconfigPaths } from "../connection/current.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";

export interface Wanted {
  /** Name of the connection. */
  connection?: string | undefined;
  context?: string | undefined;
  kubeconfig?: string | undefined;
}

/** If the user named a context or a kubeconfig, only a connection to it; otherwise as for every command. */
export async function connectionToCheck(engine: Engine, wanted: Wanted): Promise<Connection> {
  const { connection, context, kubeconfig } = wanted;
  if (!context && !kubeconfig) return await requireConnection(engine, connection);
  const all = connection ? [await requireConnection(engine, connection)] : await listConnections(engine);
  const known = all.map((one) => ({ ...one, kubeconfig: one.kubeconfig || defaultFile() }));
  const paths = kubeconfigPaths(kubeconfig) || defaultFile();
  return connectionTo(known, { ...wanted, kubeconfig: paths }, Boolean(kubeconfig));
}

const defaultFile = () =>
  kubeconfigFiles(undefined, (name) => name === "KUBECONFIG" ? undefined : Deno.env.get(name)).files[0]!;

/**
 * `kubeconfig` as connections store it. `sameFile`: connections of other files do not count, even with a context of
 * this name. Pure.
 */
export function connectionTo(known: Connection[], wanted: Wanted, sameFile: boolean): Connection {
  const { connection, context, kubeconfig = "" } = wanted;
  const fitting = known.filter((one) =>
    (!context || one.context === context) && (!sameFile || one.kubeconfig === kubeconfig)
  );
  const found = choose(fitting, { context, kubeconfig });
  if (found) return found;
  const where = context ? `context "${context}"` : `a context of ${kubeconfig}`;
  const [one] = connection ? known : [];
  const state = one
    ? `connection "${one.name}" leads to context "${one.context}"`
    : `no connection leads to it`;
  throw new GefyraError("not-connected", `Cannot check the tunnel to ${where}: ${state}`, {
    exit: "notFound",
    hint: `connect with \`gefyra up${context ? ` --context ${context}` : ""}\`; ` +
      "`gefyra list --connections` lists them",
  });
}
