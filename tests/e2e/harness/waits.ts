/**
 * The waits of the product, shortened where a test has a lab for itself. `deno task e2e:nightly` has them as users do, and
 * sends as much as the scenarios ask for.
 */
import { SHARED } from "./names.ts";

export const NIGHTLY = Deno.env.has("GEFYRA_E2E_NIGHTLY");
const short = !NIGHTLY && !SHARED;

/** For the environment of each command in a lab, see lib/settings.ts. */
export function settingsIn(shared: boolean): Record<string, string> {
  if (NIGHTLY || shared) return {};
  return {
    GEFYRA_KEEPALIVE: "3",
    GEFYRA_SUSPEND_AFTER: "10",
    GEFYRA_DOCTOR_LIFETIME: "30",
    GEFYRA_RELAY_IDLE: "8",
  };
}

export const SUSPEND_AFTER_MS = short ? 10_000 : 18_000;
/** The shortest that `up --disconnect-timeout` takes, seconds. */
export const DISCONNECT_TIMEOUT = short ? "18" : "30";
/** Longer than the operator waits between two looks at its clients. */
export const LOOKED_AGAIN_MS = short ? 7_000 : 12_000;
/** An outage that nobody is to notice, and one that everybody does. */
export const SHORT_OUTAGE_MS = short ? 4_000 : 7_000,
  LONG_OUTAGE_MS = NIGHTLY ? 60_000 : short ? 20_000 : 30_000;
/** A large body. */
export const MEGABYTES = NIGHTLY ? 1000 : 200;
