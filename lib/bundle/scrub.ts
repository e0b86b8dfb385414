/** Removes secrets from texts and objects that others will read. Pure. */
import { Buffer } from "node:buffer";

export const REMOVED = "<removed>";

export interface Known {
  /** WireGuard public keys; every other key of that form is treated as private. */
  publicKeys: string[];
  /** Values to remove wherever they appear, e.g. those of an app's environment. */
  secrets: string[];
}

export interface Scrub {
  text(text: string): string;
  /** Cleans every string inside, by its content and its field name; environment values are always removed. */
  object(value: unknown): unknown;
}

const WIREGUARD_KEY = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw480]=(?![A-Za-z0-9+/=])/g;

/** Patterns of secrets; the first group stays. */
const patterns: RegExp[] = [
  // PEM, plain and as in a kubeconfig (base64 of "-----BEGIN").
  /()-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g,
  /()LS0tLS1CRUdJTi[A-Za-z0-9+/=]*/g,
  // JSON web tokens, such as those of service accounts.
  /()\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /\b((?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi,
  // The user and password of a URL.
  /([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+(?=@)/gi,
  /((?:passw(?:or)?d|passphrase|token|secret|api[-_]?key|private[-_]?key|client-key-data|client-certificate-data|certificate-authority-data|authorization)["']?\s*[:=]\s*["']?)(?!<removed>)[^\s"',;&<>{}()[\]]{3,}/gi,
];

/** May be base64 of a text that contains a secret. */
const BASE64 = /[A-Za-z0-9+/]{16,}={0,2}/g;
const PRINTABLE = /^[\x20-\x7e\r\n\t]+$/;

/** Fields whose whole value is secret. */
const SECRET_NAME =
  /(passw(or)?d|passphrase|token|secret|api[-_]?key|private[-_]?key|credentials?|key-data|certificate-data)$/i;

/** Shorter values would remove ordinary words from every text. */
const SHORTEST = 6;

export function scrub({ publicKeys, secrets }: Known): Scrub {
  const literal = literals(secrets);
  const text = (raw: string): string => {
    let clean = literal ? raw.replace(literal, REMOVED) : raw;
    for (const pattern of patterns) clean = clean.replace(pattern, `$1${REMOVED}`);
    clean = clean.replace(BASE64, (run) => {
      const decoded = Buffer.from(run, "base64").toString("latin1");
      return PRINTABLE.test(decoded) && text(decoded) !== decoded ? REMOVED : run;
    });
    return clean.replace(WIREGUARD_KEY, (key) => publicKeys.includes(key) ? key : REMOVED);
  };
  const object = (value: unknown, name = ""): unknown => {
    if (typeof value === "string") return value && SECRET_NAME.test(name) ? REMOVED : text(value);
    if (Array.isArray(value)) {
      return /^env$/i.test(name) ? value.map(withoutValue) : value.map((one) => object(one));
    }
    if (typeof value !== "object" || value === null) return value;
    const fields = Object.entries(value).filter(([key]) => key !== "managedFields");
    return Object.fromEntries(
      fields.map((
        [key, inner],
      ) => [text(key), key === "annotations" ? withoutCopies(inner, object) : object(inner, key)]),
    );
  };
  return { text, object };
}

/** An environment variable as Docker (`NAME=value`) and as Kubernetes write it. */
function withoutValue(variable: unknown): unknown {
  if (typeof variable === "string") return variable.replace(/=[\s\S]*$/, `=${REMOVED}`);
  const { value, ...rest } = variable as { value?: unknown };
  return value === undefined ? rest : { ...rest, value: REMOVED };
}

/** kubectl writes everything it applied, including environments, into an annotation; other tools do the same. */
function withoutCopies(annotations: unknown, object: (value: unknown) => unknown): unknown {
  const entries = Object.entries((annotations ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, /[{[\n]/.test(String(value)) ? REMOVED : object(value)]),
  );
}

function literals(secrets: string[]): RegExp | undefined {
  const forms = secrets.filter((secret) => secret.length >= SHORTEST)
    .flatMap((
      secret,
    ) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...encoded(secret)])
    .filter((form) => form.length >= SHORTEST);
  if (forms.length === 0) return undefined;
  // Of two with the same beginning, the longer one first.
  const sorted = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return new RegExp(sorted.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
}

/**
 * Base64 depends on the secret's position in the text, so there are three forms, each without the shared characters.
 */
function encoded(secret: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.from("\0".repeat(before) + secret);
    const whole = bytes.subarray(0, bytes.length - bytes.length % 3).toString("base64");
    return whole.slice(before === 0 ? 0 : 4);
  });
}

/** Values of environment variables. Values of places and languages are no secrets, and appear in many texts. */
export function secretsOf(env: string[]): string[] {
  return env.flatMap((variable) => {
    const [, name = "", value = ""] = variable.match(/^([^=]*)=([\s\S]*)$/) ?? [];
    return /^(PATH|HOME|PWD|LANG|LC_\w+|TERM|HOSTNAME|SHLVL)$/.test(name) || !value ? [] : [value];
  });
}
