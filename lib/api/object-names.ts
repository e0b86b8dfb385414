import { GefyraError } from "../errors.ts";

/** A DNS subdomain (RFC 1123), as the API server demands of most names. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
export const LONGEST = 253;

export function isObjectName(name: string): boolean {
  return OBJECT_NAME.test(name) && name.length <= LONGEST;
}

/** Refuses what cannot be the name of an object, before it becomes part of a request. `what`: "namespace", … */
export function checkObjectName(what: string, name: string): void {
  if (isObjectName(name)) return;
  throw new GefyraError("name-invalid", `Cannot use ${what} "${name}": it is not a valid name`, {
    exit: "usage",
    hint: "use lower-case letters, digits, dashes and dots",
  });
}
