/** Doctor's own container in the connection's network, created as `run` does, from Cargo's image. */
import { createWithAddress } from "../app/address.ts";
import { appOptions } from "../app/spec.ts";
import { type Connection, connectionLabels } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { DOCTOR, DOCTOR_PORT } from "../names.ts";
import { DOCTOR_LIFETIME_S } from "../settings.ts";
import type { BridgedApp } from "../api/client.ts";
import { SERVER } from "./programs.ts";

export interface ProbeContainer {
  id: string;
  name: string;
  /** On the Docker network. */
  address: string;
}

export async function startProbeContainer(
  engine: Engine,
  connection: Connection,
  { cargo, domain, apps }: { cargo: string; domain: string; apps: BridgedApp[] },
): Promise<ProbeContainer> {
  const image = (await engine.inspect(cargo))?.Config.Image ?? "";
  const name = `${DOCTOR}-${crypto.randomUUID().slice(0, 8)}`;
  const app = { image, name, namespace: "default", env: [], volumes: [], publish: [], remove: true };
  const { id, address } = await createWithAddress(engine, connection, { name, bridged: apps }, (address) => ({
    ...appOptions(app, connection, address, domain),
    Entrypoint: ["perl", "-e", SERVER, `${DOCTOR_PORT}`, `${DOCTOR_LIFETIME_S}`],
    Labels: connectionLabels(connection.name, "probe"),
  }));
  await engine.start(id);
  return { id, name, address };
}
