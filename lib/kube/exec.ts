import type { KubeConfig, V1Status } from "@kubernetes/client-node";
import { Buffer } from "node:buffer";
import { PassThrough, Readable } from "node:stream";
import { GefyraError, messageOf } from "../errors.ts";
import type { ExecOptions, ExecResult, ExecTarget } from "./cluster.ts";
import { EXEC_OUTPUT_LIMIT, EXEC_TIMEOUT_MS } from "./deadline.ts";

/** What is used of the library's WebSocket. */
interface Socket {
  onclose: () => void;
  onerror: (event: { message: string }) => void;
  /** Ends it without the peer's answer. */
  terminate(): void;
}

/** Runs a command in a container over `pods/exec`. */
export async function execInPod(
  k8s: typeof import("./client.ts"),
  config: KubeConfig,
  target: ExecTarget,
  command: string[],
  { stdin, timeoutMs = EXEC_TIMEOUT_MS }: ExecOptions = {},
): Promise<ExecResult> {
  const { namespace, pod, container } = target;
  const unreachable = Promise.withResolvers<never>();
  const giveUp = (why: string) => unreachable.reject(unreachablePod(target, command, why));
  const stdout = collector(giveUp), stderr = collector(giveUp);
  const input = stdin ? Readable.from([Buffer.from(stdin)]) : null;
  const timer = setTimeout(() => giveUp(`no answer after ${timeoutMs / 1000} s`), timeoutMs);
  const ended = Promise.withResolvers<V1Status>();
  const connecting: Promise<Socket> = k8s.loadExec().then(({ Exec }) =>
    new Exec(config).exec(
      namespace,
      pod,
      container,
      command,
      stdout.stream,
      stderr.stream,
      input,
      false,
      ended.resolve,
    ) as never
  );
  connecting.then((socket) => {
    socket.onclose = () => ended.reject(new Error("the connection ended before the command did"));
    socket.onerror = (event) => ended.reject(new Error(event.message));
  }, ended.reject);
  try {
    const status = await Promise.race([ended.promise, unreachable.promise]);
    return { exitCode: exitCodeOf(status), stdout: stdout.text(), stderr: stderr.text() };
  } catch (cause) {
    if (cause instanceof GefyraError) {
      // It may still be on its way.
      connecting.then((socket) => socket.terminate(), () => {});
      throw cause;
    }
    if (isOfTheLine(cause)) throw cause;
    const state = messageOf(cause);
    throw new GefyraError("exec-failed", `Cannot run ${command[0]} in pod "${namespace}/${pod}": ${state}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
    ended.promise.catch(() => {});
  }
}

function unreachablePod({ namespace, pod }: ExecTarget, command: string[], why: string): GefyraError {
  return new GefyraError(
    "unreachable-pod",
    `Cannot run ${command[0]} in pod "${namespace}/${pod}": ${why}`,
    {
      exit: "unreachable",
      hint: `look at the pod and its node: \`kubectl get pod -n ${namespace} ${pod} -o wide\``,
    },
  );
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

function collector(giveUp: (why: string) => void) {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const stream = new PassThrough().on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes <= EXEC_OUTPUT_LIMIT) chunks.push(chunk);
    else giveUp(`it prints more than ${EXEC_OUTPUT_LIMIT / 1024 / 1024} MiB`);
  });
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}
