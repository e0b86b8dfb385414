/** From nothing to a connection with an app container, and back. */
import { setTimeout as delay } from "node:timers/promises";
import { NAMESPACE as OWN_NAMESPACE } from "../../lib/names.ts";
import { gefyra, kubectl, NAMESPACE, once, run, until } from "./commands.ts";
import { disconnect } from "./stage.ts";
import { DIRECT } from "./workloads.ts";

const ROUNDS = 5;
/** Kubernetes removes a namespace 5 s after its last change: a `down` right after an `up` would benefit from that. */
const SETTLE_MS = 5_000;

export const rounds = once(async () => {
  await disconnect();
  const up: number[] = [], firstName: number[] = [], down: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    up.push((await gefyra("up")).seconds);
    const settled = delay(SETTLE_MS);
    firstName.push(await resolveFirstName(`bench-names-${round}`));
    await settled;
    down.push(await goDown());
  }
  return { up, firstName, down };
});

/** The app's first instruction resolves a name and then prints the time; it tries once only. */
async function resolveFirstName(app: string): Promise<number> {
  const script = `getent hosts ${DIRECT} >/dev/null && date +%s%3N; exec sleep infinity`;
  const words = ["--", "sh", "-c", script];
  const { startedAt } = await gefyra("run", "-i", "tools", "-N", app, "-n", NAMESPACE, "-d", ...words);
  const said = await until(
    `the app resolves ${DIRECT}`,
    async () => (await run("docker", ["logs", app])).stdout || undefined,
    10_000,
  );
  return (Number(said) - startedAt) / 1000;
}

/** Until the process ends, or the namespace is gone if that is later. */
async function goDown(): Promise<number> {
  const { startedAt, seconds } = await gefyra("down");
  const left = () => kubectl("get", "namespace", OWN_NAMESPACE, "--ignore-not-found", "--output", "name");
  if (await left() === "") return seconds;
  await until("the namespace is gone", async () => await left() === "" ? true : undefined, 60_000);
  return (Date.now() - startedAt) / 1000;
}
