import assert from "node:assert/strict";
import { apiServerCandidate, type Candidate } from "../../connection/endpoints.ts";
import { judgeTransports, withUsed } from "./transports.ts";
import { assertJudged } from "./assert-judged.ts";

Deno.test("transports: one that answers is enough, if it is the one in use", () => {
  const shared: Candidate = { transport: "docker-network", host: "172.18.0.2", port: 31820, network: "kind" };
  const port: Candidate = { transport: "node-port", host: "10.0.0.1", port: 31820 };
  const tried = (first?: number, second?: number) => [
    { candidate: shared, inUse: true, milliseconds: first },
    { candidate: port, inUse: false, milliseconds: second },
  ];
  assertJudged(judgeTransports(tried(3), 31820), ["ok", /kind .*after 3 ms, in use$/], [
    "idle",
    /10.0.0.1:31820: no answer$/,
  ]);
  assertJudged(judgeTransports(tried(undefined, 5), 31820), ["broken", /though in use/, /switches to one/], [
    "ok",
    /5 ms$/,
  ]);
  assertJudged(
    judgeTransports(tried(), 31820),
    ["broken", /in use/, /api-server.*allow UDP 31820.*--endpoint/],
    [
      "broken",
      /no answer/,
    ],
  );
  assertJudged(judgeTransports([], 31820), ["broken", /no address/]);
  const known = { candidate: shared, addresses: ["172.18.0.2:31820"] };
  assert.deepEqual(withUsed([known], "172.18.0.2:31820"), [known]);
  assert.deepEqual(withUsed([known], undefined), [known]);
  const named = { candidate: { ...port, transport: "named" }, addresses: ["10.0.0.1:31820"] };
  assert.deepEqual(withUsed([known], "10.0.0.1:31820"), [named, known]);
});

Deno.test("transports: one that has a name is the one in use by each of its addresses", () => {
  const candidate: Candidate = { transport: "load-balancer", host: "lb.example", port: 443 };
  const named = { candidate, addresses: ["203.0.113.1:443", "203.0.113.2:443"] };
  assert.deepEqual(withUsed([named], "203.0.113.2:443"), [named]);
});

Deno.test("transports: the API server counts as reached while it carries the tunnel", () => {
  assert.equal(withUsed([], "127.0.0.1:51821")[0]?.candidate.transport, "api-server");
  const judged = (carries: boolean) =>
    judgeTransports([{ candidate: apiServerCandidate, inUse: true, carries }], 31820);
  assertJudged(judged(true), ["ok", /in use$/]);
  assertJudged(judged(false), ["broken", /though in use$/, /new token/]);
});
