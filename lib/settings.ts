/**
 * Waits of which another length may be asked for, in whole seconds, by the environment. The program hands what is set on
 * to the operator, to Cargo and to the relay, so `gefyra up` decides for all of them.
 */

/** The usual seconds of each setting. */
const usual = {
  /** Both ends send a keepalive so often. Shorter than the 30 s in which some routers forget a UDP mapping. */
  GEFYRA_KEEPALIVE: 5,
  /** After so much silence of a client, what is bridged to it goes back to the originals until it is heard again. */
  GEFYRA_SUSPEND_AFTER: 18,
  /** What a killed `doctor` has left ends by itself after it. */
  GEFYRA_DOCTOR_LIFETIME: 60,
  /** A relay that nobody speaks over for so long closes its connection to the API server. */
  GEFYRA_RELAY_IDLE: 20,
} as const;

type Setting = keyof typeof usual;
type Env = Record<string, string | undefined>;

/** What the environment says, where it is a whole number of seconds; else the usual. Pure. */
export function secondsOf(name: Setting, env: Env): number {
  const text = env[name] ?? "";
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : usual[name];
}

/** The settings that differ from the usual, for the environment of others. Pure. */
export function unusual(env: Env): { name: Setting; value: string }[] {
  return (Object.keys(usual) as Setting[]).map((name) => ({ name, value: secondsOf(name, env) }))
    .filter(({ name, value }) => value !== usual[name])
    .map(({ name, value }) => ({ name, value: `${value}` }));
}

const own: Env = Object.fromEntries(Object.keys(usual).map((name) => [name, Deno.env.get(name)]));

export const KEEPALIVE_S = secondsOf("GEFYRA_KEEPALIVE", own);
export const SUSPEND_AFTER_S = secondsOf("GEFYRA_SUSPEND_AFTER", own);
export const DOCTOR_LIFETIME_S = secondsOf("GEFYRA_DOCTOR_LIFETIME", own);
/** Not shorter than a few keepalives. */
export const SHORTEST_DISCONNECT_TIMEOUT_S = 6 * KEEPALIVE_S;
/** For the operator's environment. */
export const operatorSettings = unusual(own);
/** The same as Docker has it, for Cargo and the local relay. */
export const containerSettings = operatorSettings.map(({ name, value }) => `${name}=${value}`);
