import assert from "node:assert/strict";
import type { GefyraError } from "../errors.ts";
import { ApiError } from "./api-errors.ts";
import { reviewUser } from "./user.ts";

const review = (userInfo: object) => () => Promise.resolve({ status: { userInfo } });

Deno.test("the API server says who asks, with the groups", async () => {
  const userInfo = { username: "system:serviceaccount:shop:bot", groups: ["system:serviceaccounts"] };
  assert.deepEqual(await reviewUser(review(userInfo)), {
    name: "system:serviceaccount:shop:bot",
    groups: ["system:serviceaccounts"],
  });
  assert.deepEqual(await reviewUser(review({ username: "alice" })), { name: "alice", groups: [] });
});

Deno.test("an older server, a refusal and an empty answer are one clear error", async () => {
  const table: [answer: () => Promise<object>, exit: string, says: RegExp][] = [
    [() => Promise.reject(new ApiError(404, "not found")), "failure", /has no SelfSubjectReview$/],
    [() => Promise.reject(new ApiError(403, "bob may not")), "forbidden", /: bob may not$/],
    [review({}), "failure", /names no user$/],
  ];
  for (const [answer, exit, says] of table) {
    await assert.rejects(reviewUser(answer), (error: GefyraError) => {
      assert.deepEqual([error.id, error.exit], ["user-unknown", exit]);
      assert.match(error.message, says);
      assert.match(error.hint ?? "", /Kubernetes 1\.28/);
      return true;
    });
  }
});

Deno.test("a server that is away is not taken for an old one", async () => {
  await assert.rejects(reviewUser(() => Promise.reject(new ApiError(503, "busy"))), { name: "ApiError" });
});
