/** Renews an app's files while a command runs that has the user's rights: nothing else of Gefyra's has them. */
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../docker/engine.ts";
import { messageOf } from "../errors.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Description, Renewable } from "./description.ts";
import { removeHelper, statusOf } from "./helper.ts";
import { giveAccount } from "./identity.ts";
import { renewFiles } from "./renew.ts";

interface Tools {
  engine: Engine;
  cluster: Cluster;
}

/** Between two looks. A helper that has just lost its pod finds it again by itself if the pod is still there. */
const LOOK_MS = 5_000;
/** A cluster may give tokens for as little as an hour. */
const ACCOUNT_MS = 1_800_000;

/** Until the signal. `report` hears of what changes. */
export async function keepFiles(
  tools: Tools,
  renewable: Renewable,
  { signal, report }: { signal: AbortSignal; report: (text: string) => void },
): Promise<void> {
  let silent = 0, said = "", renewed = Date.now();
  const once = (text: string) => {
    if (text !== said) report(text);
    said = text;
  };
  while (!signal.aborted) {
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    try {
      const { account } = renewable.description;
      if (account && Date.now() - renewed > ACCOUNT_MS) {
        await giveAccount(tools, renewable.app, account);
        renewed = Date.now();
      }
      silent = (await statusOf(tools.engine, renewable.app)).connected ? 0 : silent + 1;
      if (silent < 2) continue;
      const pod = await renewFiles(tools, renewable);
      if (pod) once(`files of ${renewable.app} come from pod ${pod}`);
    } catch (error) {
      if (!signal.aborted) once(messageOf(error));
    }
  }
}

/** Runs `work` with `keepFiles` beside it. Afterwards, an app that is gone has no files left. */
export async function whileKept<T>(
  tools: Tools,
  { app, description }: { app: string; description: Description | undefined },
  report: (text: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  if (!description) return await work();
  const end = new AbortController();
  const kept = keepFiles(tools, { app, description }, { signal: end.signal, report });
  try {
    return await work();
  } finally {
    end.abort();
    await kept;
    if (await isGone(tools.engine, app)) await removeHelper(tools.engine, app);
  }
}

/** Docker removes a container that ran with `--rm` a moment after its end. */
async function isGone(engine: Engine, app: string): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    const container = await engine.inspect(app);
    if (!container) return true;
    if (!container.HostConfig.AutoRemove) return false;
    await delay(100);
  }
  return false;
}
