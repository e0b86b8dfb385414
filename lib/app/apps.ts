import { type Connection, connectionLabels } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { APP_NAMESPACE_LABEL } from "../names.ts";
import { translate } from "../config/addresses.ts";
import { attachedApps } from "./attach/attached.ts";
import type { AppContainer } from "./container.ts";

/** Those that Gefyra started, and then those that are attached. */
export async function listApps(engine: Engine, connection: Connection): Promise<AppContainer[]> {
  const [own, attached] = await Promise.all([
    ownApps(engine, connection),
    attachedApps(engine, connection),
  ]);
  return [...own, ...attached];
}

async function ownApps(engine: Engine, connection: Connection): Promise<AppContainer[]> {
  const containers = await engine.containers(connectionLabels(connection.name, "app"));
  const { network } = connection;
  // This is rare; only then are the networks listed.
  const suspect = containers.some(({ gateways = [] }) => (gateways[0] ?? network) !== network);
  const internal = suspect ? (await engine.allNetworks()).filter((one) => one.internal) : [];
  return containers.map(({ name, image, labels, state, status, addresses, gateways = [] }) => {
    const gateway = gateways.find((one) => !internal.some((other) => other.name === one));
    const address = addresses[network];
    return {
      name,
      image,
      namespace: labels[APP_NAMESPACE_LABEL] ?? "",
      state,
      status,
      ...(address ? { address } : {}),
      ...(gateway && gateway !== network ? { strayGateway: gateway } : {}),
    };
  });
}

/** The app of this name; `action` begins the error's message: `bridge to`. */
export function requireApp(apps: AppContainer[], name: string, action: string): AppContainer {
  const app = apps.find((one) => one.name === name);
  if (app) return app;
  const names = apps.map((one) => one.name).join(", ");
  throw new GefyraError(
    "app-missing",
    `Cannot ${action} container "${name}": it was not started by \`gefyra run\``,
    {
      exit: "notFound",
      hint: `${
        names ? `choose one of: ${names}` : "start one with `gefyra run`"
      }; \`gefyra attach\` makes a container of your own one`,
    },
  );
}

/** Refuses what Gefyra does to its own containers only. `action` as for `requireApp`. */
export function refuseAttached({ name, attached }: AppContainer, action: string): void {
  if (!attached) return;
  throw new GefyraError("app-attached", `Cannot ${action} container "${name}": Gefyra did not start it`, {
    exit: "conflict",
    hint: action === "remove"
      ? `\`gefyra detach ${name}\`, or \`docker rm\``
      : `\`docker ${action} ${name}\``,
  });
}

/** `action` as for `requireApp`. */
export const appStopped = ({ name, state, attached }: AppContainer, action: string): GefyraError =>
  new GefyraError("app-stopped", `Cannot ${action} container "${name}": it is ${state}`, {
    exit: "conflict",
    hint: `start it (\`${
      attached ? "docker" : "gefyra"
    } start ${name}\`), or see why it ended (\`gefyra logs ${name}\`)`,
  });

/** The address of a running app container inside the tunnel. */
export async function tunnelAddressOf(
  engine: Engine,
  connection: Connection,
  name: string,
  tunnelSubnet: string,
): Promise<string> {
  const app = requireApp(await listApps(engine, connection), name, "bridge to");
  if (!app.address) throw appStopped(app, "bridge to");
  return translate(app.address, tunnelSubnet);
}
