/** Gefyra's objects in this machine's Docker, of one connection or of all. */
import { connectionLabels } from "../connection/connection.ts";
import type { Container, Engine } from "../docker/engine.ts";
import { ROLE_LABEL } from "../names.ts";
import { type Collection, TAIL } from "./collect.ts";
import { secretsOf } from "./scrub.ts";

const isApp = ({ labels }: Container) => labels[ROLE_LABEL] === "app";

/** Returns the values of the app containers' environment variables, which must be removed. */
export async function collectDocker(
  engine: Engine,
  connection: string | undefined,
  { add }: Collection,
): Promise<string[]> {
  const labels = connectionLabels(connection ?? "");
  await add("docker/version.json", () => engine.version());
  const containers = await engine.containers(labels).catch(() => []);
  const secrets: string[] = [];
  await Promise.all([
    add("docker/containers.json", () => engine.containers(labels)),
    add("docker/networks.json", async () => {
      const found = await engine.networks(labels);
      return await Promise.all(found.map(({ name }) => engine.network(name)));
    }),
    add("docker/volumes.json", async () => (await engine.volumes(labels)).map(({ name }) => name)),
    ...containers.flatMap((container) => [
      add(`docker/containers/${container.name}.json`, async () => {
        const state = await engine.inspect(container.id);
        if (isApp(container)) secrets.push(...secretsOf(state?.Config.Env ?? []));
        return state;
      }),
      // Output of the user's own programs is not collected.
      ...(isApp(container)
        ? []
        : [add(`docker/logs/${container.name}.log`, () => engine.logs(container.id, TAIL))]),
    ]),
  ]);
  return secrets;
}
