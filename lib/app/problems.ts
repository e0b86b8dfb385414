/** What keeps the traffic of a bridge, or an app itself, from getting anywhere on this machine. Pure. */
import type { BridgePort, GefyraBridge } from "../api/bridge.ts";
import type { AppContainer } from "./apps.ts";

export interface Problem {
  /** e.g. `app "web" is exited`. */
  message: string;
  /** A sentence or a command. */
  remedy: string;
}

/** What a TCP port answers to whoever comes through the tunnel; `silent`: nothing within the time. */
export type PortState = "open" | "refused" | "silent";
/** By `ADDRESS:PORT` on the Docker network. What could not be asked is not in it. */
export type PortStates = Record<string, PortState>;

/** What is asked of a bridge. */
type Bridge = Pick<GefyraBridge, "metadata" | "spec">;

const key = (address: string, { local }: BridgePort) => `${address}:${local}`;

/** A TCP port of an app, and the address in the tunnel that leads to it. */
export interface Question {
  /** `ADDRESS:PORT` on the Docker network. */
  port: string;
  destination: string;
}

/** The ports worth a question. A UDP port answers nobody who does not speak its protocol. */
export function portsToAsk({ spec: { destination, ports } }: Bridge, apps: AppContainer[]): Question[] {
  const app = apps.find(({ name }) => name === destination.name);
  if (app?.state !== "running" || !app.address || !leadsTo(destination.address, app)) return [];
  const { address } = app;
  return ports.filter(({ protocol }) => protocol === "TCP")
    .map((port) => ({ port: key(address, port), destination: destination.address }));
}

/** Empty where nothing is known to be wrong. */
export function bridgeProblems(bridge: Bridge, apps: AppContainer[], states: PortStates): Problem[] {
  const { destination: { name, address }, ports } = bridge.spec;
  const app = apps.find((one) => one.name === name);
  const other = apps.find((one) => one.name !== name && leadsTo(address, one));
  const gets = other ? `: app "${other.name}" has its address and gets its traffic` : "";
  const unbridge = `\`gefyra unbridge --name ${bridge.metadata?.name}\``;
  if (!app) {
    const remedy = `start it again under this name (\`gefyra run --name ${name}\`), or ${unbridge}`;
    return [{ message: `app "${name}" is gone${gets}`, remedy }];
  }
  if (app.state !== "running") {
    const remedy = app.state === "paused" ? `docker unpause ${name}` : `docker start ${name}`;
    return [{ message: `app "${name}" is ${app.state}${gets}`, remedy }];
  }
  if (!app.address || !leadsTo(address, app)) {
    const state = app.address ? "has another address than the bridge" : "has left the connection's network";
    return [{ message: `app "${name}" ${state}${gets}`, remedy: `${unbridge}, and bridge it again` }];
  }
  const stray = appProblems(app);
  if (stray.length) return stray;
  return ports.flatMap((port) => portProblem(`${name}:${port.local}`, states[key(app.address!, port)]));
}

function portProblem(port: string, state: PortState | undefined): Problem[] {
  if (state === "refused") {
    return [{
      message: `${port} refuses connections: nothing listens on it, or on 127.0.0.1 only`,
      remedy: "let the program listen on 0.0.0.0, or bridge the port that it listens on",
    }];
  }
  if (state !== "silent") return [];
  const container = port.split(":")[0];
  return [{
    message: `${port} does not answer`,
    remedy: `check whether its program hangs or a firewall drops it (\`docker logs ${container}\`)`,
  }];
}

/** For those of bridges: what is wrong with an app is said once. */
export const notAmong = (known: Problem[]) => ({ message }: Problem) =>
  !known.some((one) => one.message === message);

export function appProblems({ name, strayGateway }: AppContainer): Problem[] {
  if (!strayGateway) return [];
  const remedy = `docker network disconnect ${strayGateway} ${name}`;
  const message =
    `app "${name}" sends through Docker network "${strayGateway}" instead of Cargo and does not reach the cluster`;
  return [{ message, remedy }];
}

/** Whether an address in the tunnel is that of an app: both have the same place in a /24. A bridge may name anything. */
function leadsTo(address: string, app: AppContainer): boolean {
  return app.address !== undefined && placeOf(app.address) === placeOf(address);
}

const placeOf = (address: string) => address.split(".")[3];
