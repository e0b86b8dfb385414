/** What a refusal means for a bridge. Pure. */
import { ApiError } from "../../lib/kube/api-errors.ts";
import { GefyraError } from "../../lib/errors.ts";
import { type BridgeReason, bridgeReasons } from "../../lib/api/reasons.ts";

/** Of the API server, when a pod was to be changed; `undefined` where asking again may help, as it was only busy or away. */
export function changeRefusal(thrown: unknown): BridgeReason | undefined {
  if (!(thrown instanceof GefyraError)) return undefined;
  if (thrown.exit === "forbidden" || thrown.id === "invalid") return bridgeReasons.forbidden;
  const { cause } = thrown;
  if (!(cause instanceof ApiError)) return undefined;
  // Webhooks deny with whatever code they like; one that cannot be asked makes the API server deny.
  if (cause.code === 400 || /admission webhook .* denied/.test(cause.message)) return bridgeReasons.forbidden;
  return /failed calling webhook/.test(cause.message) ? bridgeReasons.carrierFailed : undefined;
}

/** Of Carrier or Stowaway, when it was told its configuration; `undefined` where it could not even be asked. */
export function configurationRefusal(thrown: unknown): BridgeReason | undefined {
  if (!(thrown instanceof GefyraError)) return undefined;
  if (thrown.id === "stowaway-refused") return bridgeReasons.stowawayRefused;
  if (thrown.exit === "refused") return bridgeReasons.cannotIntercept;
  // A Carrier that starts, or ends at the moment, has refused nothing.
  const asked = thrown.id === "carrier-refused" && !/'carrier run' is not up|": $/.test(thrown.message);
  return asked ? bridgeReasons.carrierRefused : undefined;
}
