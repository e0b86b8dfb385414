/** Options of `up` that only an installation of its own can have. Pure. */
import type { V1Service } from "@kubernetes/client-node";
import type { ServiceOptions } from "../config/install-options.ts";
import { GefyraError } from "../errors.ts";
import { type ImageNames, imageOf } from "../images.ts";
import type { Installation } from "./existing.ts";
import { asIs } from "./service.ts";

/** What the user asked for on the command line. */
export interface Wish {
  service?: ServiceOptions | undefined;
  images?: ImageNames | undefined;
}

/** Refuses what the installation has otherwise and this user cannot change, all of it at once. */
export function refuseChanges(
  { deployment, permanent }: Installation,
  service: V1Service | undefined,
  wish: Wish,
): void {
  const [container] = deployment.spec?.template.spec?.containers ?? [];
  const flags = [
    ...wish.images && container?.image !== imageOf("operator", wish.images)
      ? [`--registry and --tag (it runs ${container?.image})`]
      : [],
    ...wish.service && service && !fits(asIs(service), wish.service)
      ? [
        `--service-type, --service-annotation and --service-port (Stowaway's service is a ${service.spec?.type})`,
      ]
      : [],
  ];
  if (flags.length === 0) return;
  const owner = permanent ? "an administrator installed it" : "this user may not change it";
  const namespace = deployment.metadata?.namespace;
  throw new GefyraError(
    "installation-permanent",
    `Cannot change the installation in namespace "${namespace}" by ${flags.join(", ")}: ${owner}`,
    {
      exit: "refused",
      hint: "omit these options, or ask an administrator to run `gefyra install` with them",
    },
  );
}

function fits(is: ServiceOptions, wish: ServiceOptions): boolean {
  return is.type === wish.type && (!wish.port || wish.port === is.port) &&
    Object.entries(wish.annotations ?? {}).every(([key, value]) => is.annotations?.[key] === value);
}
