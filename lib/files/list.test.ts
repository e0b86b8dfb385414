import assert from "node:assert/strict";
import { describe, described } from "./description.ts";
import type { HelperStatus } from "./helper.ts";
import { fileProblems, pathsOf } from "./list.ts";
import { problemOf } from "./meet.ts";
import type { Share } from "./plan.ts";

const share: Share = { name: "s0", remote: "/a", local: "/b", back: false, path: "/gefyra/x" };
const files = { namespace: "shop", target: { kind: "Deployment", name: "api" }, wanted: [share] };
const account = { namespace: "shop", name: "ci" };

Deno.test("a description survives its label, without the path in one pod", () => {
  const { path: _, ...wanted } = share;
  assert.deepEqual(described(describe({ files, account })), {
    files: { ...files, wanted: [wanted] },
    account,
  });
  for (const label of [undefined, "", "null", "{}", "nonsense"]) assert.equal(described(label), undefined);
});

Deno.test("each path says where it comes from and how it is", () => {
  const of = (status: Partial<HelperStatus>) =>
    pathsOf({ app: "web", description: { files, account } }, { connected: true, shares: [], ...status })
      .map(({ source, state }) => `${source}: ${state}`);
  const token = "service account shop/ci: synced";
  assert.deepEqual(of({}), ["shop/deployment/api: copying", token]);
  const pod = "shop/api-1";
  assert.deepEqual(of({ pod, shares: [{ name: "s0", filled: true }] }), ["shop/api-1: synced", token]);
  assert.deepEqual(of({ pod, shares: [{ name: "s0", filled: true, problem: "no space" }] }), [
    "shop/api-1: no space",
    token,
  ]);
  assert.deepEqual(of({ pod, connected: false, problem: "gone" }), ["shop/api-1: gone", token]);
});

Deno.test("the first copy fails at once where waiting does not help", () => {
  const status = (one: Partial<HelperStatus>): HelperStatus => ({ connected: true, shares: [], ...one });
  assert.equal(problemOf(status({ connected: false, problem: "refused" }), [share], 1_000), undefined);
  assert.match(
    problemOf(status({ connected: false, problem: "refused" }), [share], 60_000)!,
    /NetworkPolicy/,
  );
  const broken = { name: "s0", filled: false, problem: "no space" };
  assert.equal(problemOf(status({ shares: [broken] }), [share], 0), "/a: no space");
  assert.equal(problemOf(status({ shares: [{ ...broken, filled: true }] }), [share], 0), undefined);
});

Deno.test("an app whose pod is gone is named once, with what to do", () => {
  const path = {
    app: "web",
    remote: "/a",
    local: "/a",
    direction: "from pod" as const,
    source: "shop/api-1",
  };
  const gone = { ...path, state: "the pod does not answer" };
  assert.deepEqual(fileProblems([{ ...path, state: "synced" }, gone, { ...gone, remote: "/b" }]), [{
    message: 'app "web" keeps the files that it has: the pod does not answer (shop/api-1)',
    remedy: "`gefyra sync web` follows a new pod",
  }]);
});
