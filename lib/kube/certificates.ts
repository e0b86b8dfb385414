/** Checks a kubeconfig's certificates and keys before TLS does, because TLS would only say that it failed. */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { messageOf } from "../errors.ts";

/** The field's name, which may end in `-data`, and its settings. */
type Source = [field: string, settings: object];

/** The reasons why they cannot be used. */
export function certificateProblems(
  whose: string,
  { certificate, key }: { certificate: Source; key?: Source },
): string[] {
  const problems: string[] = [];
  const attempt = <T>([field, settings]: Source, use: (pem: string) => T): T | undefined => {
    try {
      const pem = pemOf([field, settings]);
      return pem === undefined ? undefined : use(pem);
    } catch (error) {
      problems.push(`the ${field} of ${whose} cannot be used: ${messageOf(error).split("\n")[0]}`);
      return undefined;
    }
  };
  const before = problems.length;
  const public_ = attempt(certificate, (pem) => publicKeyOf(new X509Certificate(pem).publicKey));
  if (!key || (public_ === undefined && problems.length === before)) return problems;
  const found = problems.length;
  const own = attempt(key, (pem) => publicKeyOf(createPublicKey(createPrivateKey(pem) as never)));
  if (own === undefined && problems.length === found) {
    problems.push(`${whose} has a client-certificate without a client-key`);
  }
  if (own !== undefined && public_ !== undefined && own !== public_) {
    problems.push(`the client-key of ${whose} does not belong to its client-certificate`);
  }
  return problems;
}

/** In PEM; `undefined` if there is neither data nor a file. */
export function pemOf([field, settings]: Source): string | undefined {
  const { [field]: file, [`${field}-data`]: data } = settings as Record<string, string | undefined>;
  if (file && data) throw new Error(`${field}-data is given beside it`);
  if (data !== undefined && data !== "") {
    const bytes = Buffer.from(data, "base64");
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data)) throw new Error("it is not base64");
    return checkPem(bytes.toString("latin1"));
  }
  return file ? checkPem(Deno.readTextFileSync(file)) : undefined;
}

function checkPem(text: string): string {
  if (/^-----BEGIN [A-Z0-9 ]+-----\s*$/m.test(text)) return text;
  throw new Error("it is not PEM");
}

function publicKeyOf(key: { export(options: { type: "spki"; format: "pem" }): string | Uint8Array }): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}
