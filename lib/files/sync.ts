/** Brings the files of a cluster container to an app container, and keeps them so. */
import type { Connection } from "../connection/connection.ts";
import { uninterrupted } from "../interruption.ts";
import type { Engine } from "../docker/engine.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Steps } from "../steps.ts";
import { targetText } from "../workload/target.ts";
import { describe, type Description } from "./description.ts";
import { meet } from "./meet.ts";
import { type AppFiles, appFiles, mount, removeHelper, startHelper } from "./helper.ts";
import { type Account, ACCOUNT_SHARE, giveAccount, SERVICE_ACCOUNT_FOLDER } from "./identity.ts";
import { keptFiles } from "./kept.ts";
import { type FilesPod, findPod, nameOf, serveFiles } from "./pod.ts";
import { fileRights } from "./rights.ts";
import { requireRights } from "../kube/rights.ts";

export interface FilesTools {
  engine: Engine;
  cluster: Cluster;
  steps: Steps;
}

export interface PreparedFiles extends AppFiles {
  /** The app has a service account, so it needs to know where the API server is. */
  identity: boolean;
}

/** All that an app is to have before it is created. If that fails, nothing is left of what was made for it. */
export async function prepareFiles(
  tools: FilesTools,
  connection: Connection,
  app: string,
  wanted: Description,
): Promise<PreparedFiles> {
  const { steps } = tools;
  const { files, account } = wanted;
  const what = files ? `files of ${targetText(files.target)}` : `service account ${account?.name}`;
  return await steps.step(`Copying ${what}`, async (note) => {
    const from = files ? await source(tools, wanted) : undefined;
    const prepared = await start(tools, connection, app, { wanted, from });
    note(from ? `${from.plan.shares.length} from pod ${nameOf(from.pod)}` : SERVICE_ACCOUNT_FOLDER);
    return prepared;
  });
}

const HINT =
  "files are read with your own rights, not the operator's; ask an administrator of the cluster for these";

/** The pod, and what is wanted of it: without the token of its own account if the app is to have another. */
async function source({ cluster }: FilesTools, { files, account }: Description): Promise<FilesPod> {
  const { namespace, target } = files!;
  await requireRights(
    cluster,
    fileRights(namespace, target.kind),
    `sync files of "${targetText(target)}"`,
    HINT,
  );
  const found = await findPod(cluster, files!);
  const shares = found.plan.shares.filter(({ local }) => !account || !isIdentity(local));
  return { ...found, plan: { ...found.plan, shares } };
}

const isIdentity = (path: string) => path.replace(/^\/run\//, "/var/run/") === SERVICE_ACCOUNT_FOLDER;

async function start(
  tools: FilesTools,
  connection: Connection,
  app: string,
  { wanted: { files, account }, from }: { wanted: Description; from: FilesPod | undefined },
): Promise<PreparedFiles> {
  const { engine } = tools;
  const shares = from?.plan.shares ?? [];
  const description = describe({
    files: files && { ...files, wanted: shares },
    account,
  });
  const kept = await keptFiles(engine, app, { shares, description });
  let prepared: AppFiles;
  try {
    prepared = kept ?? await bring(tools, connection, app, { from, account, description });
    if (account) await giveAccount(tools, app, account);
  } catch (error) {
    // An app that runs goes on with the files that it has.
    if (!kept) await uninterrupted(() => removeHelper(engine, app)).catch(() => {});
    throw error;
  }
  if (account) {
    prepared.mounts.push(mount(app, ACCOUNT_SHARE, SERVICE_ACCOUNT_FOLDER, { readOnly: true }));
  }
  return { ...prepared, identity: account !== undefined || shares.some(({ local }) => isIdentity(local)) };
}

/** By a new helper, and a new container in the pod. */
async function bring(
  tools: FilesTools,
  connection: Connection,
  app: string,
  { from, account, description }: {
    from: FilesPod | undefined;
    account: Account | undefined;
    description: string;
  },
): Promise<AppFiles> {
  const shares = from?.plan.shares ?? [];
  const names = [...shares.map(({ name }) => name), ...(account ? [ACCOUNT_SHARE] : [])];
  const [container] = await Promise.all([
    from && shares.length ? serveFiles(tools.cluster, from) : undefined,
    startHelper(tools.engine, connection, { app, shares: names, description }),
  ]);
  const offer = from && container ? await meet(tools, app, from, container) : undefined;
  return offer ? appFiles(app, shares, offer) : { mounts: [], links: [] };
}
