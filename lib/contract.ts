import json from "../images/contract.json" with { type: "json" };

/**
 * The values that the program and its images share, in any language: ports, users, paths, the files of `apply` and
 * their keys. `contract.test.ts` checks the shell and Dockerfiles of images/ against it, and TypeScript too; a test of
 * images/agent/contract checks the agent.
 */
export const contract = json;

/** A key of network.conf, which Cargo and Stowaway read. */
export type NetworkKey = keyof typeof contract.networkConf;

/** The text of network.conf; settings without a value are left out. */
export function networkConf(settings: Partial<Record<NetworkKey, string | number | undefined>>): string {
  return Object.entries(settings).filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}\n`).join("");
}
