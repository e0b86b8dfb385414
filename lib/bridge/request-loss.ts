/** Sends requests from inside the cluster during a switch and counts the lost ones. */
import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Cluster } from "../kube/cluster.ts";
import { GefyraError } from "../errors.ts";
import { requireRights } from "../kube/rights.ts";
import { COMPONENT_LABEL, OPERATOR_PROGRAM } from "../names.ts";
import { waitFor } from "../wait.ts";

export interface RequestLoss {
  url: string;
  sent: number;
  lost: number;
  /** Why requests were lost, each reason once. */
  reasons: string[];
}

/** All of it, with the change that is watched. */
const LONGEST_MS = 600_000;
/** How long requests continue after the switch. */
const AFTER_MS = 1_000;

/** Runs `work` while the operator's pod sends requests, and returns how many were lost. */
export async function countRequestLoss<T>(
  cluster: Cluster,
  namespace: string,
  url: string,
  work: () => Promise<T>,
): Promise<{ result: T; loss: RequestLoss }> {
  const pods = await cluster.list<V1Pod>({
    ...gvk.Pod,
    namespace,
    labels: `${COMPONENT_LABEL}=operator`,
  });
  const pod = pods.find(({ status }) => status?.phase === "Running")?.metadata?.name;
  if (!pod) {
    throw new GefyraError("operator-missing", `Cannot watch "${url}": no operator is running`, {
      exit: "notFound",
      hint: "`gefyra up` starts one",
    });
  }
  const exec = { verb: "create", group: "", resource: "pods", subresource: "exec", namespace, name: pod };
  await requireRights(cluster, [exec], `watch "${url}"`);
  const target = { namespace, pod, container: "operator" };
  const file = `/dev/shm/gefyra-watch-${crypto.randomUUID()}`;
  const command = [...OPERATOR_PROGRAM, "watch-url", url, file];
  const requests = cluster.exec(target, command, { timeoutMs: LONGEST_MS });
  let ended = false;
  requests.catch(() => {}).finally(() => ended = true);
  const begun = async () => ended || (await cluster.exec(target, ["test", "-e", file])).exitCode === 0;
  await waitFor(begun, { what: `the first request to ${url}`, timeout: 20_000, interval: 200 });
  try {
    const result = await work();
    await delay(AFTER_MS);
    await cluster.exec(target, ["rm", "-f", file]);
    return { result, loss: parse(url, await requests) };
  } finally {
    await cluster.exec(target, ["rm", "-f", file]).catch(() => {});
  }
}

function parse(
  url: string,
  { exitCode, stdout, stderr }: { exitCode: number; stdout: string; stderr: string },
): RequestLoss {
  if (exitCode === 0) return { url, ...JSON.parse(stdout) };
  throw new GefyraError("watch-failed", `Cannot watch "${url}": ${stderr.trim().split("\n")[0]}`, {
    hint: "name a URL that pods of the cluster can reach, e.g. http://SERVICE.NAMESPACE",
  });
}

export function requestLossText({ url, sent, lost, reasons }: RequestLoss): string {
  const why = reasons.length ? ` (${reasons.join("; ")})` : "";
  return `${lost} of ${sent} requests to ${url} lost${why}.`;
}
