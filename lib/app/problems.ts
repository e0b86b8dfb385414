/** Finds what keeps a bridge's traffic, or an app, from working on this machine. Pure. */
import type { BridgePort, GefyraBridge } from "../api/bridge.ts";
import type { AppContainer } from "./container.ts";

export interface Problem {
  /** e.g. `app "web" is exited`. */
  message: string;
  /** What to do: a sentence or a command. */
  remedy: string;
}

/** How a TCP port responds to traffic from the tunnel; `silent`: no response in time. */
export type PortState = "open" | "refused" | "silent";
/** By `ADDRESS:PORT` on the Docker network. Ports that could not be checked are missing. */
export type PortStates = Record<string, PortState>;

/** The fields of a bridge that are used. */
type Bridge = Pick<GefyraBridge, "metadata" | "spec">;

const key = (address: string, { local }: BridgePort) => `${address}:${local}`;

/** A TCP port of an app, and the address in the tunnel that leads to it. */
export interface Question {
  /** `ADDRESS:PORT` on the Docker network. */
  port: string;
  destination: string;
}

/** The ports to check. UDP is left out: a UDP port responds only to its own protocol. */
export function portsToAsk({ spec: { destination, ports } }: Bridge, apps: AppContainer[]): Question[] {
  const app = apps.find(({ name }) => name === destination.name);
  if (app?.state !== "running" || !app.address || !leadsTo(destination.address, app)) return [];
  const { address } = app;
  return ports.filter(({ protocol }) => protocol === "TCP")
    .map((port) => ({ port: key(address, port), destination: destination.address }));
}

/** Empty if no problem is known. */
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
    const remedy = remedyOf(app);
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

function remedyOf({ name, state, attached }: AppContainer): string {
  if (state === "removed") return `start it again, and \`gefyra attach ${name}\``;
  return state === "paused" ? `docker unpause ${name}` : `${attached ? "docker" : "gefyra"} start ${name}`;
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

/** Filters the problems of bridges: a problem of an app is reported once. */
export const notAmong = (known: Problem[]) => ({ message }: Problem) =>
  !known.some((one) => one.message === message);

export function appProblems({ name, strayGateway, attached }: AppContainer): Problem[] {
  if (attached?.lost) {
    return [{
      message: `app "${name}" is attached and does not reach the cluster: ${attached.lost}`,
      remedy: `gefyra attach ${name}, or gefyra detach ${name}`,
    }];
  }
  if (!strayGateway) return [];
  const remedy = `docker network disconnect ${strayGateway} ${name}`;
  const message =
    `app "${name}" sends through Docker network "${strayGateway}" instead of Cargo and does not reach the cluster`;
  return [{ message, remedy }];
}

/**
 * Whether an address in the tunnel belongs to an app: both have the same host number. A bridge may name any address.
 */
function leadsTo(address: string, app: AppContainer): boolean {
  return app.address !== undefined && placeOf(app.address) === placeOf(address);
}

const placeOf = (address: string) => address.split(".")[3];
