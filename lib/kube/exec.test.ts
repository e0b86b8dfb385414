import type { KubeConfig, V1Status } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Writable } from "node:stream";
import type { GefyraError } from "../errors.ts";
import type { ExecResult } from "./cluster.ts";
import { execInPod } from "./exec.ts";

/** The outcome of a command that the API server ends with this status. */
function ended(status: V1Status): Promise<ExecResult> {
  class Exec {
    exec(...args: unknown[]) {
      (args[8] as (status: V1Status) => void)(status);
      return Promise.resolve({});
    }
  }
  const target = { namespace: "shop", pod: "web-1", container: "web" };
  return execInPod({ loadExec: () => Promise.resolve({ Exec }) } as never, {} as KubeConfig, target, [
    "true",
  ]);
}

Deno.test("a command's exit code is returned, whatever it is", async () => {
  assert.equal((await ended({ status: "Success" })).exitCode, 0);
  const details = { causes: [{ reason: "ExitCode", message: "3" }] };
  assert.equal((await ended({ status: "Failure", details })).exitCode, 3);
});

Deno.test("a missing connection is reported as it is", async () => {
  const refused = Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" });
  for (const thrown of [refused, { type: "error", message: refused.message, error: refused }]) {
    class Exec {
      exec = () => Promise.reject(thrown);
    }
    const target = { namespace: "shop", pod: "web-1", container: "web" };
    await assert.rejects(
      execInPod({ loadExec: () => Promise.resolve({ Exec }) } as never, {} as KubeConfig, target, ["true"]),
      (error) => {
        assert.equal(error, thrown);
        return true;
      },
    );
  }
});

Deno.test("a command that did not start is distinguished from a cluster that does not answer", async () => {
  const status = { status: "Failure", message: "unable to upgrade connection: container not found" };
  await assert.rejects(ended(status), {
    id: "exec-failed",
    message: `Cannot run true in pod "shop/web-1": ${status.message}`,
  });
});

/** A command whose API server behaves as given; also whether its connection was ended. */
async function behaving(behave: (stdout: Writable) => void, timeoutMs: number) {
  let terminated = false;
  class Exec {
    exec(...args: unknown[]) {
      behave(args[4] as Writable);
      return Promise.resolve({ terminate: () => terminated = true });
    }
  }
  const target = { namespace: "shop", pod: "web-1", container: "web" };
  const outcome = await execInPod(
    { loadExec: () => Promise.resolve({ Exec }) } as never,
    {} as KubeConfig,
    target,
    ["wait"],
    { timeoutMs },
  )
    .catch((error: GefyraError) => `${error.id}: ${error.message}`);
  return { outcome, terminated };
}

Deno.test("a command that does not end in time is given up, and its connection closed", async () => {
  assert.deepEqual(await behaving(() => {}, 20), {
    outcome: 'unreachable-pod: Cannot run wait in pod "shop/web-1": no answer after 0.02 s',
    terminated: true,
  });
});

Deno.test("a command that prints without end is given up", async () => {
  const chunk = Buffer.alloc(1024 * 1024);
  let written = 0;
  const endless = (stdout: Writable) => {
    // As much as a connection delivers until it is closed.
    for (; written < 64; written++) stdout.write(chunk);
  };
  assert.deepEqual(await behaving(endless, 5_000), {
    outcome: 'unreachable-pod: Cannot run wait in pod "shop/web-1": it prints more than 4 MiB',
    terminated: true,
  });
});
