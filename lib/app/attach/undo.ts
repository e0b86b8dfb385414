/** Leaves an attached container as it was. */
import { connectionLabels } from "../../connection/connection.ts";
import type { Container, Engine } from "../../docker/engine.ts";
import { ATTACHED_LABEL, CONNECTION_LABEL } from "../../names.ts";

/** Seconds; the helper needs less than one. */
const STOP_S = 10;

/**
 * The container leaves the network first: Docker restores its default route while the helper still keeps the old one, and
 * the helper then restores what Docker does not.
 */
export async function undoAttach(engine: Engine, helper: Pick<Container, "id" | "labels">): Promise<void> {
  const container = helper.labels[ATTACHED_LABEL] ?? "";
  const networks = await engine.networks(connectionLabels(helper.labels[CONNECTION_LABEL] ?? "", "network"));
  for (const { name } of networks) await engine.disconnect(name, container);
  if (!await stopped(engine, helper.id)) {
    // One that was killed cleans up when it starts. It cannot start if the container does not run, which leaves nothing.
    await engine.start(helper.id).catch(() => {});
    await stopped(engine, helper.id);
  }
  await engine.remove(helper.id);
}

/** Whether it ended in order. */
async function stopped(engine: Engine, id: string): Promise<boolean> {
  if (!(await engine.inspect(id))?.State.Running) return false;
  await engine.stop(id, STOP_S);
  return (await engine.inspect(id))?.State.ExitCode === 0;
}
