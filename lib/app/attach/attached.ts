/** The attached containers of a connection, as apps. */
// @ts-types="@types/dockerode"
import type { ContainerInspectInfo } from "dockerode";
import { type Connection, connectionLabels } from "../../connection/connection.ts";
import type { Container, Engine } from "../../docker/engine.ts";
import { APP_LABEL, APP_NAMESPACE_LABEL, ATTACHED_LABEL } from "../../names.ts";
import type { AppContainer } from "../container.ts";

type AttachedApp = AppContainer & Required<Pick<AppContainer, "attached">>;

export const attachHelpers = (engine: Engine, connection: string): Promise<Container[]> =>
  engine.containers(connectionLabels(connection, "attach"));

export async function attachedApps(engine: Engine, { name, network }: Connection): Promise<AttachedApp[]> {
  const helpers = await attachHelpers(engine, name);
  if (helpers.length === 0) return [];
  const all = await engine.containers({});
  return await Promise.all(helpers.map(async (helper) => {
    const id = helper.labels[ATTACHED_LABEL] ?? "";
    const [own, container] = await Promise.all([engine.inspect(helper.id), engine.inspect(id)]);
    return attachedApp(helper, all.find((one) => one.id === id), network, {
      helper: own?.State,
      container: container?.State,
    });
  }));
}

type State = Pick<ContainerInspectInfo["State"], "Running" | "StartedAt"> | undefined;

/** Pure. */
export function attachedApp(
  { labels }: Pick<Container, "labels">,
  container: Container | undefined,
  network: string,
  states: { helper: State; container: State },
): AttachedApp {
  const namespace = labels[APP_NAMESPACE_LABEL] ?? "";
  if (!container) {
    const name = labels[APP_LABEL] ?? "";
    return {
      name,
      image: "",
      namespace,
      state: "removed",
      status: "removed",
      attached: { lost: "it is gone" },
    };
  }
  const { name, image, state, status, addresses } = container;
  const address = addresses[network];
  const lost = state === "running" ? lossOf(address, states) : undefined;
  return {
    ...{ name, image, namespace, state, status: `${status}, attached` },
    ...(address ? { address } : {}),
    attached: lost ? { lost } : {},
  };
}

/** A helper that is older than the container's start is in the network namespace of the run before. */
function lossOf(address: string | undefined, { helper, container }: { helper: State; container: State }) {
  if (!address) return "it has left the connection's network";
  if (helper?.Running && container && Date.parse(helper.StartedAt) >= Date.parse(container.StartedAt)) {
    return undefined;
  }
  return helper?.Running ? "it was restarted" : "its helper does not run";
}
