import assert from "node:assert/strict";
import type { AppContainer } from "../../app/container.ts";
import type { ObservedBridge } from "../../bridge/observe.ts";
import { judgeBridges } from "./bridges.ts";
import { assertJudged } from "./assert-judged.ts";

Deno.test("bridges: active and answered, or what keeps them from it", () => {
  const dead = { message: "app:8000 does not answer", remedy: "look" };
  const bridge = (phase: string | undefined, more: Record<string, unknown> = {}) => {
    const { problems = [], fallback, reason = phase === "Active" ? "Bridged" : "Switching" } = more;
    const message = more.message ?? (phase === "Active" ? "2 of 2 pods are bridged" : "why");
    const conditions = [{ type: "Ready", reason, message }];
    const metadata = { name: "web", namespace: "shop" };
    return { metadata, spec: { fallback }, problems, ...(phase ? { status: { phase, conditions } } : {}) };
  };
  const app = (strayGateway?: string) => ({ name: "app", ...(strayGateway ? { strayGateway } : {}) });
  const judge = (bridges: unknown[], apps: unknown[] = [app()]) =>
    judgeBridges(bridges as ObservedBridge[], apps as AppContainer[]);
  assertJudged(judge([]), ["ok", /^none$/]);
  assertJudged(judge([bridge("Active")]), ["ok", /^web: active$/]);
  assertJudged(judge([bridge("Active", { problems: [dead] })]), [
    "broken",
    /^web: app:8000 does not/,
    /look/,
  ]);
  assertJudged(judge([bridge("Active", { problems: [dead], fallback: true })]), ["attention", /^web: app/]);
  assertJudged(judge([bridge("Suspended")]), [
    "attention",
    /^web is Suspended: why$/,
    /describe .*web.*shop/,
  ]);
  assertJudged(judge([bridge(undefined)]), ["attention", /^web is Pending$/]);
  const some = "1 of 2 pods are bridged; pod b: no node has room";
  assertJudged(judge([bridge("Active", { reason: "PartlyBridged", message: some })]), [
    "attention",
    /^web is Active: 1 of 2.*no node/,
  ]);
  assertJudged(judge([bridge("Pending", { reason: "CarrierRefused" })]), ["broken", /^web is Pending: why$/]);
  assertJudged(judge([bridge("Refused")]), ["broken", /^web is Refused: why$/]);
  assertJudged(judge([bridge("Pending", { reason: "CarrierFailed" })]), ["broken", /^web is Pending: why$/]);
  assertJudged(judge([], [app("0-a")]), ["broken", /"0-a" instead of Cargo/, /docker network disconnect/]);
  const [stray] = judge([], [app("0-a")]);
  const problems = [{ message: stray!.message, remedy: "" }];
  assert.equal(judge([bridge("Active", { problems })], [app("0-a")]).length, 1, "it is said once");
});
