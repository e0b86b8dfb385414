/**
 * Time limits that the environment can change, in whole seconds. The program passes them to the operator, to Cargo and
 * to the relay, so `gefyra up` sets them for all.
 */

import { GefyraError } from "./errors.ts";
import { LIMIT, limitNames, limitsIn, unusualLimits } from "./limits.ts";

/** The default of each setting, in seconds. */
const usual = {
  /** Interval of both ends' keepalives. Shorter than the 30 s after which some routers forget a UDP mapping. */
  GEFYRA_KEEPALIVE: 5,
  /** Silence of a client after which its bridges are suspended and the originals serve. */
  GEFYRA_SUSPEND_AFTER: 18,
  /** Time after which leftovers of a killed `doctor` end by themselves. */
  GEFYRA_DOCTOR_LIFETIME: 60,
  /** Silence after which the relay closes its connection to the API server. */
  GEFYRA_RELAY_IDLE: 20,
} as const;

const SECONDS = /^[1-9]\d{0,4}$/;

type Setting = keyof typeof usual;
type Env = Record<string, string | undefined>;

/** The environment's value if it is a whole number of seconds, else the default. Pure. */
export function secondsOf(name: Setting, env: Env): number {
  const text = env[name] ?? "";
  return SECONDS.test(text) ? Number(text) : usual[name];
}

/** Refuses what the environment says and is no whole number: `setting-invalid`, all of them at once. Pure. */
export function checkSettings(env: Env = own): void {
  const wrong = (names: string[], form: RegExp) => names.filter((name) => env[name] && !form.test(env[name]));
  const seconds = wrong(Object.keys(usual), SECONDS), bad = [...seconds, ...wrong(limitNames, LIMIT)];
  if (bad.length === 0) return;
  const list = bad.map((name) => `${name}="${env[name]}"`).join(", ");
  const what = seconds.length === bad.length ? "number of seconds" : "number";
  throw new GefyraError("setting-invalid", `Cannot use ${list}: not a whole ${what}`, {
    exit: "usage",
    hint: "set 1 to 99999, or unset it",
  });
}

/** The settings that differ from the defaults, as environment variables. Pure. */
export function unusual(env: Env): { name: Setting; value: string }[] {
  return (Object.keys(usual) as Setting[]).map((name) => ({ name, value: secondsOf(name, env) }))
    .filter(({ name, value }) => value !== usual[name])
    .map(({ name, value }) => ({ name, value: `${value}` }));
}

const own: Env = Object.fromEntries(
  [...Object.keys(usual), ...limitNames].map((name) => [name, Deno.env.get(name)]),
);

export const KEEPALIVE_S = secondsOf("GEFYRA_KEEPALIVE", own);
export const SUSPEND_AFTER_S = secondsOf("GEFYRA_SUSPEND_AFTER", own);
export const DOCTOR_LIFETIME_S = secondsOf("GEFYRA_DOCTOR_LIFETIME", own);
/** Not shorter than a few keepalives. */
export const SHORTEST_DISCONNECT_TIMEOUT_S = 6 * KEEPALIVE_S;
/** Of the operator itself. */
export const limits = limitsIn(own);
/** For the operator's environment. */
export const operatorSettings = [...unusual(own), ...unusualLimits(limits)];
/** As Docker has it, for Cargo and the local relay. */
export const containerSettings = unusual(own).map(({ name, value }) => `${name}=${value}`);
