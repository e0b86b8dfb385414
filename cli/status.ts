import {
  type BridgeState,
  type Status,
  status as observe,
  type Statuses,
  statuses,
} from "../lib/connection/status.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { exitCodes } from "../lib/errors.ts";
import { command, connectionCluster, connectionOption, outputOption, type SetExitCode } from "./command.ts";
import { answer, problemLines } from "./output.ts";

export const status = (setExitCode: SetExitCode) =>
  command(
    "status",
    "gefyra status -o json",
  )
    .addOption(connectionOption("show this one only"))
    .addOption(outputOption())
    .action(async ({ connection, ...form }) => {
      const engine = connectEngine();
      const observed = connection
        ? await observe(engine, connection, connectionCluster)
        : await statuses(engine, connectionCluster);
      await answer("status", observed, form, {
        text: () => "connections" in observed ? textOfAll(observed) : text(observed),
        // The exit code says it.
        short: () => "",
      });
      if (!observed.connected) setExitCode(exitCodes.failure);
    });

function textOfAll({ connections }: Statuses): string {
  return connections.length ? connections.map(text).join("\n\n") : text({ connected: false });
}

function text({ connected, connection, cargo, cluster, bridges, hidden }: Status): string {
  if (!connection) return "Not connected (`gefyra up` connects)";
  const handshake = cargo?.handshakeAgeSeconds === undefined ? "never" : `${cargo.handshakeAgeSeconds} s ago`;
  const rows: [string, string][] = [
    ["Connection", connection.name],
    ["Connected", connected ? "yes" : "no"],
    ["Context", connection.context],
    ["Namespace", connection.namespace],
    [
      "Client",
      `${connection.client} (${
        cluster?.client ?? unknownText(cluster, "client") ?? "unknown to the cluster"
      })`,
    ],
    ["Docker network", `${connection.network} (${connection.subnet})`],
    ["Cargo", cargoText(cargo)],
    ["Endpoint", cargo?.endpoint ? `${cargo.endpoint} (${cargo.transport})` : "none"],
    ["Last handshake", handshake],
    ["Cluster", cluster?.reachable ? "reachable" : `not reachable: ${cluster?.reason}`],
    ["Operator", partText(cluster, "operator")],
    ["Stowaway", partText(cluster, "stowaway")],
  ];
  const first = rows.map(([name, value]) => row(`${name}:`, value));
  const note = hidden ? [row("", `! ${hidden}`)] : [];
  return [...first, ...bridgeLines(bridges), ...note].join("\n");
}

/** Unknown, where the user may not look. */
function partText(cluster: Status["cluster"], part: "operator" | "stowaway"): string {
  if (!cluster?.reachable) return "unknown";
  return unknownText(cluster, part) ?? (cluster[part] ? "running" : "not running");
}

function unknownText(cluster: Status["cluster"], part: "operator" | "stowaway" | "client") {
  const reason = cluster?.unknown?.[part];
  return reason && `unknown: ${reason}`;
}

const row = (name: string, value: string) => `${name.padEnd(17)}${value}`;

/** One line for each bridge, followed by its problems. */
function bridgeLines(bridges: Status["bridges"]): string[] {
  if (!bridges?.length) return [row("Bridges:", bridges ? "none" : "cannot be listed")];
  return bridges.flatMap(({ problems, ...bridge }, i) => {
    const lines = [bridgeText(bridge), ...problemLines(problems).flatMap((text) => text.split("\n"))];
    return lines.map((line, j) => row(i + j ? "" : "Bridges:", line));
  });
}

function bridgeText({ namespace, name, target, app, phase, pods, message }: Omit<BridgeState, "problems">) {
  const why = message ? ` (${message})` : "";
  return `${name}: ${phase}, ${pods} pods of ${target} in ${namespace}, to ${app}${why}`;
}

function cargoText(cargo: Status["cargo"]): string {
  if (!cargo?.running) return "not running";
  return cargo.reason ?? `running, ${cargo.device}, MTU ${cargo.mtu}`;
}
