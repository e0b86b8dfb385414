/** Who made a client or a bridge, and who may use a client. Pure. */
import type { Static } from "typebox";
import type { GefyraBridge } from "./bridge.ts";
import type { GefyraClient } from "./client.ts";
import type { owner } from "./owner-schema.ts";

/** A user, and the groups that count for `allowedGroups`. */
export type Owner = Static<ReturnType<typeof owner>>;

/** A user as the API server knows them. */
export interface User {
  name: string;
  groups: string[];
}

/** Whether a user's bridges may lead to a client: its owner's, and those of whom the owner lets in. */
export function mayUse(owner: Owner | undefined, { spec }: Pick<GefyraClient, "spec">): boolean {
  if (!owner || !spec.owner) return false;
  return owner.user === spec.owner.user || (spec.allowedUsers ?? []).includes(owner.user) ||
    (owner.groups ?? []).some((group) => spec.allowedGroups?.includes(group));
}

/** Whether a bridge leads to this client, and may. */
export function isBridgeOf({ spec }: GefyraBridge, client: GefyraClient): boolean {
  return spec.client === client.metadata?.name && mayUse(spec.owner, client);
}

/** The owner to write into a bridge: of the user's groups only those that the client lets in. */
export function ownerFor({ name, groups }: User, { spec }: Pick<GefyraClient, "spec">): Owner {
  const named = groups.filter((group) => spec.allowedGroups?.includes(group));
  return { user: name, ...(named.length ? { groups: named } : {}) };
}

/** e.g. `it belongs to "alice"`. */
export const belongsTo = ({ spec }: Pick<GefyraClient, "spec">): string =>
  spec.owner ? `it belongs to "${spec.owner.user}"` : "it has no owner";
