import assert from "node:assert/strict";
import { type ExitReason, GefyraError } from "../errors.ts";
import { ApiError, explained, isAnswer, isNodePortTaken, orUndefined } from "./api-errors.ts";

const server = new URL("https://10.0.0.1:6443/path");
const thrownBy = async (cause: unknown): Promise<GefyraError> => {
  const thrown = await explained(server, () => Promise.reject(cause)).catch((error) => error);
  assert.ok(thrown instanceof GefyraError);
  return thrown;
};

Deno.test("what the API server refuses becomes an error with its own id and exit code", async () => {
  const table: [number, string, ExitReason, string][] = [
    [401, "forbidden", "forbidden", "Cannot act on the cluster: no"],
    [403, "forbidden", "forbidden", "Cannot act on the cluster: no"],
    [404, "not-found", "notFound", "Cannot act on the cluster: no"],
    [409, "conflict", "conflict", "Cannot act on the cluster: no"],
    [422, "invalid", "usage", "Cannot act on the cluster: no"],
    [500, "api-error", "failure", "Cannot act on the cluster: no (HTTP 500)"],
  ];
  for (const [code, id, exit, message] of table) {
    const cause = new ApiError(code, "no");
    const error = await thrownBy(cause);
    assert.deepEqual([error.id, error.exit, error.message], [id, exit, message]);
    assert.equal(error.cause, cause);
  }
});

Deno.test("a missing right comes with a remedy", async () => {
  assert.match((await thrownBy(new ApiError(403, "no"))).hint ?? "", /administrator/);
});

Deno.test("a missing answer is reported with the innermost reason and the server's address only", async () => {
  const refused = new Error("connection refused\n  at socket");
  const error = await thrownBy(
    new TypeError("fetch failed", { cause: new Error("request", { cause: refused }) }),
  );
  assert.deepEqual([error.id, error.exit], ["cluster-unreachable", "unreachable"]);
  assert.equal(error.message, "Cannot reach the cluster at https://10.0.0.1:6443: connection refused");
});

Deno.test("only a server's response counts as an answer", () => {
  assert.ok(isAnswer(new ApiError(500, "no")));
  assert.ok(isAnswer(new GefyraError("exec-failed", "Cannot run")));
  assert.ok(!isAnswer(new TypeError("fetch failed")));
});

Deno.test("a taken node port is distinguished from other errors", async () => {
  const invalid = (field: string, why: string) =>
    thrownBy(new ApiError(422, `spec.ports[0].${field}: ${why}`));
  const taken = "Invalid value: 31820: provided port is already allocated";
  assert.ok(isNodePortTaken(await invalid("nodePort", taken)));
  assert.ok(!isNodePortTaken(await invalid("nodePort", "provided port is not in the valid range")));
  assert.ok(!isNodePortTaken(await invalid("port", taken)));
  assert.ok(!isNodePortTaken(new Error(`nodePort: ${taken}`)));
});

Deno.test("an error for users is passed on unchanged", async () => {
  const error = new GefyraError("timeout", "Cannot go on");
  assert.equal(await thrownBy(error), error);
});

Deno.test("a result is passed on", async () => {
  assert.equal(await explained(server, () => Promise.resolve(7)), 7);
  assert.equal(await orUndefined(() => Promise.resolve(7)), 7);
});

Deno.test("only 404 means that the object does not exist", async () => {
  assert.equal(await orUndefined(() => Promise.reject(new ApiError(404, "no"))), undefined);
  for (const error of [new ApiError(403, "no"), new ApiError(500, "no"), new Error("404")]) {
    await assert.rejects(orUndefined(() => Promise.reject(error)), error);
  }
});

Deno.test("an object whose name another one has by now is gone", async () => {
  const refused = (field: string) =>
    new ApiError(
      422,
      `GefyraBridge "web" is invalid: metadata.${field}: Invalid value: "1": field is immutable`,
    );
  assert.equal(await orUndefined(() => Promise.reject(refused("uid"))), undefined);
  await assert.rejects(orUndefined(() => Promise.reject(refused("name"))));
});
