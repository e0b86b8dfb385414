import type { KubeConfig, V1Status } from "@kubernetes/client-node";
import assert from "node:assert/strict";
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
  return execInPod({ Exec } as never, {} as KubeConfig, target, ["true"]);
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
    await assert.rejects(execInPod({ Exec } as never, {} as KubeConfig, target, ["true"]), (error) => {
      assert.equal(error, thrown);
      return true;
    });
  }
});

Deno.test("a command that did not start is distinguished from a cluster that does not answer", async () => {
  const status = { status: "Failure", message: "unable to upgrade connection: container not found" };
  await assert.rejects(ended(status), {
    id: "exec-failed",
    message: `Cannot run true in pod "shop/web-1": ${status.message}`,
  });
});
