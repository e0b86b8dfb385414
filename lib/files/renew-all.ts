/** `gefyra sync`: every app's files come from a pod that is there. */
import type { Connection } from "../connection/connection.ts";
import { whileConnected } from "../connection/lock.ts";
import { GefyraError } from "../errors.ts";
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

function unknown(name: string, others: string[]): GefyraError {
  return new GefyraError("sync-unknown", `Cannot sync files of app "${name}": it has none from the cluster`, {
    exit: "notFound",
    hint: others.length
      ? `choose one of: ${others.join(", ")}`
      : "start one with `gefyra run --sync PATH --sync-from KIND/NAME`",
  });
}
