import type { KubeConfig, V1Status } from "@kubernetes/client-node";
import { Buffer } from "node:buffer";
import { PassThrough, Readable } from "node:stream";
import { GefyraError, messageOf } from "../errors.ts";
import type { ExecResult, ExecTarget } from "./cluster.ts";

/** Runs a command in a container over `pods/exec`. */
export async function execInPod(
  k8s: typeof import("./client.ts"),
  config: KubeConfig,
  { namespace, pod, container }: ExecTarget,
  command: string[],
  stdin?: Uint8Array,
): Promise<ExecResult> {
  const stdout = collector(), stderr = collector();
  const input = stdin ? Readable.from([Buffer.from(stdin)]) : null;
  const ended = new Promise<V1Status>((resolve, reject) => {
    new k8s.Exec(config)
      .exec(namespace, pod, container, command, stdout.stream, stderr.stream, input, false, resolve)
      .then((socket) => {
        socket.onclose = () => reject(new Error("the connection ended before the command did"));
        socket.onerror = (event: { message: string }) => reject(new Error(event.message));
      }, reject);
  });
  const exitCode = await ended.then(exitCodeOf).catch((cause) => {
    if (cause instanceof GefyraError || isOfTheLine(cause)) throw cause;
    const state = messageOf(cause);
    throw new GefyraError("exec-failed", `Cannot run ${command[0]} in pod "${namespace}/${pod}": ${state}`, {
      cause,
    });
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** Connection errors of the operating system: the pod was not reached. */
function isOfTheLine(thrown: unknown): boolean {
  const { error = thrown } = thrown as { error?: unknown };
  return typeof (error as { code?: unknown }).code === "string";
}

function exitCodeOf(status: V1Status): number {
  if (status.status === "Success") return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode");
  if (!cause?.message) throw new Error(status.message ?? "the command could not be started");
  return Number(cause.message);
}

function collector() {
  const chunks: Uint8Array[] = [];
  const stream = new PassThrough().on("data", (chunk: Uint8Array) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}
