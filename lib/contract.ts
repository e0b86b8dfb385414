import json from "../images/contract.json" with { type: "json" };

/**
 * What the program and its images agree on, whatever language they are written in: ports, users, paths, the files of
 * `apply` and what is in them. `contract.test.ts` holds the Go, shell and Dockerfiles of images/ to it, and TypeScript, too.
 */
export const contract = json;

/** A key of network.conf, which Cargo and Stowaway read. */
export type NetworkKey = keyof typeof contract.networkConf;

/** The text of network.conf; a setting without a value is left out. */
export function networkConf(settings: Partial<Record<NetworkKey, string | number | undefined>>): string {
  return Object.entries(settings).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}\n`).join("");
}
