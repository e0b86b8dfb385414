/** Apps' files come from pods that are there: at `gefyra sync`, and when apps start. */
import pTimeout from "p-timeout";
import type { Problem } from "../app/problems.ts";
import type { Connection } from "../connection/connection.ts";
import { whileConnected } from "../connection/lock.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import type { Cluster } from "../kube/cluster.ts";
import { removeHelper } from "./helper.ts";
import { listHelpers } from "./list.ts";
import { renewFiles } from "./renew.ts";
import type { FilesTools } from "./sync.ts";

/** Of one app, or all. Returns what failed, after all were tried. */
export async function renewAll(
  { engine, cluster, steps }: FilesTools,
  connection: Connection,
  name: string | undefined,
): Promise<unknown[]> {
  return await whileConnected(engine, connection, { command: "sync", steps }, async () => {
    const helpers = await listHelpers(engine, connection);
    const chosen = helpers.filter(({ app }) => name === undefined || app === name);
    if (name !== undefined && chosen.length === 0) throw unknown(name, helpers.map(({ app }) => app));
    const failures: unknown[] = [];
    for (const helper of chosen) {
      // An app that its user removed needs no files.
      if (!await engine.inspect(helper.app)) {
        await removeHelper(engine, helper.app);
        continue;
      }
      try {
        const pod = await renewFiles({ engine, cluster }, helper);
        if (pod) steps.debug(`files of ${helper.app} come from pod ${pod}`);
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  });
}

/** Longer than a new container in a pod takes. An app starts then with the files that it has. */
const RENEW_MS = 20_000;

/** Of apps that are about to start. Without files, no cluster is asked for. */
export async function renewStarting(
  engine: Engine,
  connection: Connection,
  names: string[],
  connect: () => Promise<Cluster>,
): Promise<Problem[]> {
  const helpers = (await listHelpers(engine, connection)).filter(({ app }) => names.includes(app));
  const problems = await Promise.all(helpers.map(async (helper) => {
    try {
      const renewed = connect().then((cluster) => renewFiles({ engine, cluster }, helper));
      await pTimeout(renewed, {
        milliseconds: RENEW_MS,
        message: `no new files within ${RENEW_MS / 1000} s`,
      });
      return [];
    } catch (error) {
      const message = `app "${helper.app}" keeps the files that it has: ${messageOf(error)}`;
      return [{ message, remedy: `\`gefyra sync ${helper.app}\` tries again` }];
    }
  }));
  return problems.flat();
}

function unknown(name: string, others: string[]): GefyraError {
  return new GefyraError("sync-unknown", `Cannot sync files of app "${name}": it has none from the cluster`, {
    exit: "notFound",
    hint: others.length
      ? `choose one of: ${others.join(", ")}`
      : "start one with `gefyra run --sync PATH --sync-from KIND/NAME`",
  });
}
