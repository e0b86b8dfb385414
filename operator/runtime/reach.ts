/**
 * Limits the commands that run in pods, since a pod may not answer: its node hangs, or its containers are paused. Such a
 * pod is asked again after growing delays, or when it changes, and the pods of one namespace on one node never occupy more than a few of the
 * queue's workers. A failure here is about one pod, and nobody else waits for it.
 */
import { GefyraError } from "../../lib/errors.ts";
import type { Cluster, ExecOptions, ExecResult, ExecTarget } from "../../lib/kube/cluster.ts";
import { createAttempts } from "./attempts.ts";
import type { State } from "./state.ts";

/** Commands at the same time in the pods of one namespace on one node; so many pods of a bridge are worked on together. */
export const MOST_AT_ONCE = 8;
/** Before a pod that did not answer is asked again. */
const DELAYS = { first: 1_000, longest: 60_000 };

/** The `id` of errors about a pod that does not answer, and of one about a node that is busy with others. */
export const UNREACHABLE = "unreachable-pod", BUSY = "busy-node";

export interface Reach {
  exec: Cluster["exec"];
  /** Milliseconds until the pod is asked again; 0: now. */
  remaining(pod: PodName): number;
  /** Why the pod could not be reached the last time that it was asked. */
  whyUnreachable(pod: PodName): string | undefined;
}

interface PodName {
  namespace: string;
  name: string;
}

/** A pod of the cache. */
export interface KnownPod {
  uid: string;
  /** Differs when the pod has changed. */
  version: string;
  node: string | undefined;
}

/** `find`: what is known of a command's pod. A command in a pod that is not known is not limited. */
export function createReach(
  cluster: Pick<Cluster, "exec">,
  find: (pod: PodName) => KnownPod | undefined,
  state: State,
): Reach {
  const attempts = createAttempts(state), lastErrors = state.byUid<GefyraError>();
  const running = new Map<string, number>();

  const limited = async (place: string, work: () => Promise<ExecResult>): Promise<ExecResult> => {
    const count = running.get(place) ?? 0;
    if (count >= MOST_AT_ONCE) {
      throw new GefyraError("busy-node", "Cannot run a command yet: others on this node go first");
    }
    running.set(place, count + 1);
    try {
      return await work();
    } finally {
      const left = running.get(place)! - 1;
      if (left > 0) running.set(place, left);
      else running.delete(place);
    }
  };
  const remaining = ({ uid, version }: KnownPod) => attempts.remaining(uid, version);

  return {
    remaining: (pod) => {
      const known = find(pod);
      return known ? remaining(known) : 0;
    },
    whyUnreachable: (pod) => lastErrors.get(find(pod)?.uid ?? "")?.message,
    exec: async (target: ExecTarget, command: string[], options?: ExecOptions) => {
      const known = find({ namespace: target.namespace, name: target.pod });
      const work = () => cluster.exec(target, command, options);
      if (!known) return await work();
      const { uid, version, node } = known, last = lastErrors.get(uid);
      if (last && remaining(known) > 0) throw last;
      try {
        const result = await limited(`${target.namespace} ${node}`, work);
        lastErrors.delete(uid);
        attempts.succeed(uid);
        return result;
      } catch (error) {
        if (!(error instanceof GefyraError) || error.id !== UNREACHABLE) throw error;
        const named = unreachable(target, node, error);
        lastErrors.set(uid, named);
        attempts.fail(uid, version, DELAYS);
        throw named;
      }
    },
  };
}

function unreachable({ namespace, pod }: ExecTarget, node: string | undefined, cause: GefyraError) {
  const why = cause.message.split(": ").at(-1);
  const message = `Cannot reach pod "${namespace}/${pod}"${node ? ` on node "${node}"` : ""}: ${why}`;
  return new GefyraError("unreachable-pod", message, { exit: "unreachable", cause });
}
