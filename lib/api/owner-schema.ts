/** `spec.owner` of both kinds, and whom the owner of a client lets in. */
import { Optional } from "typebox";
import { list, object, text } from "./schema.ts";

/** As long as `system:serviceaccount:NAMESPACE:NAME` can be, and the names that an OIDC provider builds from its URL. */
const LONGEST = 1024;
const MOST = 64;
/** Characters of a whole list: the operator keeps it. */
const ALL = 16_384;

const names = (description: string) =>
  list(text({ minLength: 1, maxLength: LONGEST }), {
    maxItems: MOST,
    description,
    "x-kubernetes-validations": [{
      rule: `self.map(one, size(one)).sum() <= ${ALL}`,
      message: `the names have more than ${ALL} characters together`,
    }],
  });

/**
 * Not required here: without it the API server names a rule instead of a missing field, and the rule says what to write.
 */
export const owner = () =>
  Optional(object({
    user: text({ minLength: 1, maxLength: LONGEST, description: "As in `kubectl auth whoami`" }),
    groups: Optional(names("Groups of the user that a client may let in, as in `kubectl auth whoami`")),
  }, { description: "Who made it: always the user who creates it; never changes" }));

export const admitted = () => ({
  allowedUsers: Optional(names("Users whose bridges may lead to this client, beside its owner's")),
  allowedGroups: Optional(names("Groups whose users' bridges may lead to this client")),
});

export const ownerRules = [
  {
    rule: "has(self.owner)",
    message: "owner is missing: write owner.user, your user name as `kubectl auth whoami` prints it",
  },
  {
    rule: "!has(oldSelf.owner) || (has(self.owner) && self.owner == oldSelf.owner)",
    message: "owner cannot be changed: delete the object and create another",
  },
];
