/** Whether `up` installs, or uses the installation that is there; refuses what it could do neither with. */
import type { V1Service } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Manifest } from "../api/objects.ts";
import type { InstallOptions } from "../config/install-options.ts";
import { toConnect } from "../config/developer-rights.ts";
import type { Cluster } from "../kube/cluster.ts";
import { missingOf, requireRights, rightsMissing, unlessForbidden } from "../kube/rights.ts";
import { STOWAWAY } from "../names.ts";
import { observe } from "../uninstall/installed.ts";
import { type Found, isInstalled, planInstall } from "../uninstall/ownership.ts";
import { findInstallation, type Installation } from "./existing.ts";
import { checkHome } from "./install.ts";
import { servedManifests } from "./served.ts";
import { refuseChanges, type Wish } from "./wishes.ts";
import { essential, rightsToWrite } from "./write-rights.ts";

export interface UpCheck {
  /** Whether `up` writes the objects of the installation. */
  installs: boolean;
  /** Whether there was an installation, complete or not. */
  existed: boolean;
}

export async function checkUp(cluster: Cluster, options: InstallOptions, wish: Wish): Promise<UpCheck> {
  const { namespace } = options;
  const [installation, found] = await Promise.all([
    findInstallation(cluster, namespace),
    unlessForbidden(observe(cluster, namespace), undefined),
  ]);
  const wanted = await servedManifests(cluster, { ...options, namespaces: installation?.namespaces });
  const uses = async (installation: Installation): Promise<UpCheck> => {
    const service = { ...gvk.Service, namespace, name: STOWAWAY };
    refuseChanges(installation, await unlessForbidden(cluster.get<V1Service>(service), undefined), wish);
    await requireRights(cluster, toConnect(namespace), `use Gefyra in "${cluster.context}"`);
    return { installs: false, existed: true };
  };
  // Developers may not read all of an installation, and need not.
  if (!found && installation) return await uses(installation);
  const changes = planInstall(wanted, found ?? [], namespace);
  if (installation?.permanent && changes.length === 0) return await uses(installation);
  await checkHome(cluster, namespace, changes, found ?? []);
  const rights = [...rightsToWrite(changes, found ?? []), ...toConnect(namespace)];
  const missing = await missingOf(cluster, rights);
  if (missing.length === 0) return { installs: true, existed: isInstalled(found ?? []) };
  // Somebody else's `up` made it, and this user may not change it.
  if (installation && isComplete(wanted, found ?? [])) return await uses(installation);
  throw rightsMissing(essential(missing), `install Gefyra in "${cluster.context}"`, ASK);
}

const ASK = "use a context with these rights, or ask an administrator to run `gefyra install`";

function isComplete(wanted: Manifest[], found: Found): boolean {
  return wanted.every((one) =>
    found.some(({ kind, metadata }) =>
      kind === one.kind && metadata?.name === one.metadata?.name && !metadata?.deletionTimestamp
    )
  );
}
