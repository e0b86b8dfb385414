/**
 * How much one user, client or namespace may have. The operator takes the limits from its environment; `gefyra up` passes
 * on those that its own environment changes.
 */

const usual = {
  /** The schema admits no more than 64. */
  GEFYRA_PORTS_PER_BRIDGE: 32,
  GEFYRA_BRIDGES_PER_CLIENT: 50,
  GEFYRA_BRIDGES_PER_NAMESPACE: 100,
  /** Stowaway has 20,000 ports for all. */
  GEFYRA_PORTS_PER_CLIENT: 200,
  /** The tunnel has 511 places for all. */
  GEFYRA_CLIENTS_PER_USER: 20,
} as const;

export type Limit = keyof typeof usual;
export type Limits = Readonly<Record<Limit, number>>;
type Env = Record<string, string | undefined>;

/** Values from 1 to 99,999. */
export const LIMIT = /^[1-9]\d{0,4}$/;

export const limitNames = Object.keys(usual) as Limit[];

/** The environment's values where they are whole numbers, else the defaults. Pure. */
export function limitsIn(env: Env): Limits {
  const valueOf = (name: Limit) => LIMIT.test(env[name] ?? "") ? Number(env[name]) : usual[name];
  return Object.fromEntries(limitNames.map((name) => [name, valueOf(name)])) as Record<Limit, number>;
}

/** The limits that differ from the defaults, as environment variables. Pure. */
export function unusualLimits(limits: Limits): { name: Limit; value: string }[] {
  return limitNames.filter((name) => limits[name] !== usual[name])
    .map((name) => ({ name, value: `${limits[name]}` }));
}

/** What whoever meets a limit reads, e.g. of a client that has all the bridges it may have. Pure. */
export const limitText = (subject: string, things: string, name: Limit, limits: Limits): string =>
  `${subject} may have ${
    limits[name]
  } ${things}: remove some, or ask an administrator to raise ${name} in the ` +
  "environment of Deployment gefyra-operator";
