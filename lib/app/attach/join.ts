/** Docker's part of attaching: the container joins the connection's network, and its helper starts. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import type { Connection } from "../../connection/connection.ts";
import { contract } from "../../contract.ts";
import type { Engine } from "../../docker/engine.ts";
import { GefyraError } from "../../errors.ts";
import { uninterrupted } from "../../interruption.ts";
import { type AddressRequest, takeAddress } from "../address.ts";
import { reasonOf } from "../reason.ts";
import { gatewayOf, nameOf, type Refusal, refusals, type Surroundings } from "./refusals.ts";
import { undoAttach } from "./undo.ts";

/** The container's own networks keep its default route. */
const GATEWAY_PRIORITY = -100;

export interface Joining {
  /** Of the container, any that Docker knows. */
  name: string;
  bridged: AddressRequest["bridged"];
  /** `gateway`: the one of the container's default route. */
  helperWith: (gateway: string | undefined) => ContainerCreateOptions;
}

/**
 * Returns the container's address. The helper starts first: it keeps the default route, which Docker may replace when the
 * container joins. After a failure, all is as before.
 */
export async function joinNetwork(
  engine: Engine,
  connection: Connection,
  { name: wanted, bridged, helperWith }: Joining,
): Promise<string> {
  const [container = missing(wanted), networks, { version }] = await Promise.all([
    engine.inspect(wanted),
    engine.allNetworks(),
    engine.version(),
  ]);
  const name = nameOf(container);
  const around: Surroundings = { network: connection.network, networks, version };
  refuse(name, refusals(container, around));
  const options = helperWith(gatewayOf(container, around));
  // Another command may attach it at this moment.
  const helper = await engine.create(options).catch((cause) => {
    throw failed(name, reasonOf(cause), cause);
  });
  const { Id: id } = container;
  try {
    await engine.start(helper);
    const { address } = await takeAddress(engine, connection, { name, bridged }, {
      take: async (ipv4) => {
        await engine.connect(connection.network, id, { ipv4, gatewayPriority: GATEWAY_PRIORITY });
        return id;
      },
      release: () => engine.disconnect(connection.network, id),
    });
    await ready(engine, helper);
    return address;
  } catch (cause) {
    const output = await engine.logs(helper, LINES).catch(() => "");
    await uninterrupted(() => undoAttach(engine, { id: helper, labels: options.Labels ?? {} }));
    if (cause instanceof GefyraError) throw cause;
    throw failed(name, lastRefusal(output) ?? reasonOf(cause), cause);
  }
}

const failed = (name: string, state: string, cause: unknown) =>
  new GefyraError("attach-failed", `Cannot attach container "${name}": ${state}`, {
    hint: "the container is as it was before",
    cause,
  });

async function ready(engine: Engine, helper: string): Promise<void> {
  const { exitCode, stderr } = await engine.exec(helper, [contract.paths.attach, "ready"]);
  if (exitCode !== 0) throw new Error(stderr.trim() || `exit code ${exitCode}`);
}

/** Of its output, that show why it ended. */
const LINES = 50;

/** What the helper refused last. */
const lastRefusal = (output: string): string | undefined =>
  [...output.matchAll(/^attach: (cannot .*)$/gm)].at(-1)?.[1];

export function refuse(name: string, found: Refusal[]): void {
  if (found.length === 0) return;
  const states = found.map(({ state }) => state).join("; ");
  throw new GefyraError("attach-refused", `Cannot attach container "${name}": ${states}`, {
    exit: "refused",
    hint: found.map(({ hint }) => hint).join("; "),
  });
}

export function missing(name: string): never {
  throw new GefyraError(
    "container-missing",
    `Cannot attach container "${name}": Docker has none of this name`,
    {
      exit: "notFound",
      hint: "`docker ps` lists those that run",
    },
  );
}
