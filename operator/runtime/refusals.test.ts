import assert from "node:assert/strict";
import { ApiError, explained } from "../../lib/kube/api-errors.ts";
import { GefyraError } from "../../lib/errors.ts";
import { changeRefusal, configurationRefusal } from "./refusals.ts";

const answer = (code: number, message = "no") =>
  explained(new URL("https://cluster"), () => Promise.reject(new ApiError(code, message)))
    .catch((error: unknown) => error);

Deno.test("a refusal of the API server has a reason; what a retry may resolve has none", async () => {
  const table: [number, string, string | undefined][] = [
    [403, "pods is forbidden", "Forbidden"],
    [422, "ValidatingAdmissionPolicy denied request", "Forbidden"],
    [400, 'admission webhook "policy" denied the request: no sidecars', "Forbidden"],
    [500, 'admission webhook "policy" denied the request: no sidecars', "Forbidden"],
    [500, 'failed calling webhook "policy": connection refused', "CarrierFailed"],
    [500, "etcdserver: request timed out", undefined],
    [409, "the object has been modified", undefined],
    [503, "shutting down", undefined],
  ];
  for (const [code, message, reason] of table) {
    assert.equal(changeRefusal(await answer(code, message)), reason, message);
  }
  assert.equal(changeRefusal(new TypeError("a fault")), undefined);
});

Deno.test("a refusal of Carrier or Stowaway has a reason; an error in reaching them has none", () => {
  const table: [GefyraError, string | undefined][] = [
    [new GefyraError("carrier-refused", "duplicate upstream"), "CarrierRefused"],
    [new GefyraError("carrier-refused", "carrier: 'carrier run' is not up"), undefined],
    [new GefyraError("carrier-refused", 'Cannot configure Carrier in pod "shop/web": '), undefined],
    [new GefyraError("stowaway-refused", "no"), "StowawayRefused"],
    [new GefyraError("foreign-redirect", "a mesh", { exit: "refused" }), "CannotIntercept"],
    [new GefyraError("exec-failed", "container not found"), undefined],
    [new GefyraError("cluster-unreachable", "no route", { exit: "unreachable" }), undefined],
  ];
  for (const [error, reason] of table) assert.equal(configurationRefusal(error), reason, error.id);
});
