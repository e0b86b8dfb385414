/** Chooses the connection that a command uses. Pure. */
import { GefyraError } from "../errors.ts";
import { type Connection, NAME_LENGTH } from "./connection.ts";

/** The context that kubectl would use now. */
export interface Current {
  context: string | undefined;
  /** As in `KUBECONFIG`; empty for the default file. */
  kubeconfig: string;
}

/**
 * Makes a connection's name from a context's: `gefyra-lab` stays; of a long name the last words, which say the most.
 */
export function connectionNameOf(context: string): string {
  const words = context.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
  while (words.length > 1 && words.join("-").length > NAME_LENGTH) words.shift();
  return words.join("-").slice(-NAME_LENGTH) || "cluster";
}

/** The name of the connection that `up` creates or reuses if none is given: that of the context. */
export function nameForUp(connections: Connection[], { context, kubeconfig }: Required<Current>): string {
  const named = connectionNameOf(context ?? "");
  if (connections.some(({ name }) => name === named)) return named;
  const [one, ...others] = connections.filter((c) => c.context === context && c.kubeconfig === kubeconfig);
  return one && others.length === 0 ? one.name : named;
}

/** The only connection, else that of the current context; `undefined` if there is none. */
export function choose(connections: Connection[], current: Current): Connection | undefined {
  if (connections.length <= 1) return connections[0];
  const ofContext = connections.filter(({ context }) => context === current.context);
  const ofFile = ofContext.filter(({ kubeconfig }) => kubeconfig === current.kubeconfig);
  const fitting = ofFile.length ? ofFile : ofContext;
  if (fitting.length === 1) return fitting[0];
  const named = fitting.find(({ name, context }) => name === connectionNameOf(context));
  if (named) return named;
  const names = (fitting.length ? fitting : connections).map(({ name }) => name).sort().join(", ");
  const state = fitting.length
    ? `several lead to the current context "${current.context}"`
    : `there are several, and none leads to the current context`;
  throw new GefyraError("connection-unclear", `Cannot choose a connection: ${state}`, {
    exit: "usage",
    hint: `name one with --connection or GEFYRA_CONNECTION: ${names}`,
  });
}
