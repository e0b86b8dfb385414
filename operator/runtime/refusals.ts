/** Which errors are refusals, and the reason that a bridge's status has for them. Pure. */
import { ApiError } from "../../lib/kube/api-errors.ts";
import { GefyraError } from "../../lib/errors.ts";
import { type BridgeReason, bridgeReasons } from "../../lib/api/reasons.ts";

/** When a pod is changed: `undefined` where a retry may help, as the API server was only busy or away. */
export function changeRefusal(thrown: unknown): BridgeReason | undefined {
  if (!(thrown instanceof GefyraError)) return undefined;
  if (thrown.exit === "forbidden" || thrown.id === "invalid") return bridgeReasons.forbidden;
  const { cause } = thrown;
  if (!(cause instanceof ApiError)) return undefined;
  // Webhooks deny with any code. The API server itself denies when it cannot reach a webhook.
  if (cause.code === 400 || /admission webhook .* denied/.test(cause.message)) return bridgeReasons.forbidden;
  return /failed calling webhook/.test(cause.message) ? bridgeReasons.carrierFailed : undefined;
}

/** When Carrier or Stowaway is configured: `undefined` where it could not be reached. */
export function configurationRefusal(thrown: unknown): BridgeReason | undefined {
  if (!(thrown instanceof GefyraError)) return undefined;
  if (thrown.id === "stowaway-refused") return bridgeReasons.stowawayRefused;
  if (thrown.exit === "refused") return bridgeReasons.cannotIntercept;
  // A Carrier that is just starting or ending has refused nothing.
  const answered = thrown.id === "carrier-refused" && !/'carrier run' is not up|": $/.test(thrown.message);
  return answered ? bridgeReasons.carrierRefused : undefined;
}
