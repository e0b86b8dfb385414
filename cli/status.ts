import { type Status, status as observe } from "../lib/connection/status.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { exitCodes } from "../lib/errors.ts";
import { command, connectionCluster, connectionOption, outputOption, type SetExitCode } from "./command.ts";
import { print } from "./output.ts";

export const status = (setExitCode: SetExitCode) =>
  command("status", "Show the state of the connection; exit code 1 unless it works", "gefyra status -o json")
    .addOption(connectionOption())
    .addOption(outputOption(["json", "yaml"]))
    .action(async ({ connection, output, quiet }) => {
      const observed = await observe(connectEngine(), connection, connectionCluster);
      if (!quiet) print(observed, output, () => text(observed));
      if (!observed.connected) setExitCode(exitCodes.failure);
    });

function text({ connected, connection, cargo, cluster }: Status): string {
  if (!connection) return "Not connected (`gefyra up` connects)";
  const handshake = cargo?.handshakeAgeSeconds === undefined ? "never" : `${cargo.handshakeAgeSeconds} s ago`;
  const rows: [string, string][] = [
    ["Connected", connected ? "yes" : "no"],
    ["Context", connection.context],
    ["Namespace", connection.namespace],
    [
      "Client",
      `${connection.client}${cluster?.client ? ` (${cluster.client})` : " (unknown to the cluster)"}`,
    ],
    ["Docker network", `${connection.network} (${connection.subnet})`],
    ["Cargo", cargo?.running ? `running, ${cargo.device}, MTU ${cargo.mtu}` : "not running"],
    ["Endpoint", cargo?.endpoint ?? "none"],
    ["Last handshake", handshake],
    ["Cluster", cluster?.reachable ? "reachable" : `not reachable: ${cluster?.reason}`],
    ["Operator", cluster?.operator ? "running" : "not running"],
    ["Stowaway", cluster?.stowaway ? "running" : "not running"],
  ];
  return rows.map(([name, value]) => `${`${name}:`.padEnd(17)}${value}`).join("\n");
}
