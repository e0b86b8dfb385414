import { Option } from "@commander-js/extra-typings";
import { listApps } from "../lib/app/apps.ts";
import type { AppContainer } from "../lib/app/container.ts";
import { appProblems, notAmong } from "../lib/app/problems.ts";
import { activePods, observeBridges, type Observed, type ObservedBridge } from "../lib/bridge/observe.ts";
import { requireConnection } from "../lib/connection/find.ts";
import { type LocalState, localStates } from "../lib/connection/status.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { fileProblems, listFiles } from "../lib/files/list.ts";
import type { GefyraBridge } from "../lib/api/bridge.ts";
import { condition, READY } from "../lib/api/conditions.ts";
import { checkObjectName } from "../lib/api/object-names.ts";
import { bridgePhases } from "../lib/api/phases.ts";
import { portText } from "../lib/workload/ports.ts";
import { targetText } from "../lib/workload/target.ts";
import {
  command,
  connectionCluster,
  connectionOption,
  loadClient,
  outputOption,
  whileAnswering,
} from "./command.ts";
import { answer, type Column, note, problemLines, table } from "./output.ts";

const containerColumns: Column<AppContainer>[] = [
  { name: "NAME", value: ({ name }) => name },
  { name: "IMAGE", value: ({ image }) => image },
  { name: "NAMESPACE", value: ({ namespace }) => namespace },
  { name: "ADDRESS", value: ({ address }) => address ?? "" },
  { name: "STATUS", value: ({ status }) => status },
];

const bridgeColumns: Column<GefyraBridge>[] = [
  { name: "NAME", value: ({ metadata }) => metadata?.name },
  { name: "NAMESPACE", value: ({ metadata }) => metadata?.namespace },
  {
    name: "TARGET",
    value: ({ spec: { target } }) => targetText(target),
  },
  {
    name: "PORTS",
    value: ({ spec: { ports, destination } }) =>
      ports.map((port) => `${portText(port)}→${destination.name}:${port.local}`).join(","),
  },
  { name: "PHASE", value: ({ status }) => status?.phase ?? bridgePhases.pending },
  { name: "PODS", value: activePods },
  {
    name: "MODE",
    value: ({ spec, status }) =>
      [...new Set(status?.pods?.map(({ mode }) => mode)), ...(spec.mirror ? ["mirror"] : [])].join(","),
    wide: true,
  },
  { name: "OWNER", value: ({ spec }) => spec.owner?.user, wide: true },
  { name: "MESSAGE", value: ({ status }) => condition(status?.conditions, READY)?.message, wide: true },
];

const connectionColumns: Column<LocalState>[] = [
  { name: "NAME", value: ({ name }) => name },
  { name: "CONTEXT", value: ({ context }) => context },
  { name: "NAMESPACE", value: ({ namespace }) => namespace },
  { name: "CONNECTED", value: ({ connected }) => connected ? "yes" : "no" },
  { name: "ENDPOINT", value: ({ cargo }) => cargo.endpoint },
  { name: "TRANSPORT", value: ({ cargo }) => cargo.transport },
  { name: "NETWORK", value: ({ network }) => network },
  { name: "SUBNET", value: ({ subnet }) => subnet, wide: true },
  { name: "CLIENT", value: ({ client }) => client, wide: true },
  { name: "KUBECONFIG", value: ({ kubeconfig }) => kubeconfig, wide: true },
];

export const list = () =>
  command(
    "list",
    "gefyra list --bridges -o wide\ngefyra list --connections",
  )
    .option("--containers", "list app containers only")
    .option("--bridges", "list bridges only")
    .addOption(
      new Option("--connections", "list the connections of this machine").conflicts([
        "containers",
        "bridges",
      ]),
    )
    .option("-n, --namespace <name>", "list the bridges of this namespace only")
    .addOption(
      new Option("-A, --all-namespaces", "fail if the bridges of all namespaces cannot be listed")
        .conflicts("namespace"),
    )
    .addOption(connectionOption())
    .addOption(outputOption(["wide", "name"]))
    .action(async (options) => {
      const { containers, bridges, connections, connection: connectionName } = options;
      const { namespace, allNamespaces: all } = options;
      if (namespace !== undefined) checkObjectName("namespace", namespace);
      const both = !containers && !bridges;
      if (!connections && (bridges || both)) loadClient();
      const engine = connectEngine();
      if (connections) {
        const found = await whileAnswering(engine, localStates(engine));
        return await answer("list", { connections: found }, options, {
          text: (wide) => found.length ? table(found, connectionColumns, wide) : "No connections.",
          names: () => found.map(({ name }) => `connection/${name}`),
        });
      }
      const connection = await whileAnswering(engine, requireConnection(engine, connectionName));
      const apps = listApps(engine, connection);
      apps.catch(() => {});
      let observed: Observed | undefined;
      if (bridges || both) {
        const cluster = await connectionCluster(connection);
        observed = await observeBridges({ engine, cluster }, connection, { apps, namespace, all });
        if (observed.hidden) note(options, [observed.hidden]);
      }
      const data: Listed = {
        ...(containers || both ? { containers: await apps } : {}),
        ...(observed ? { bridges: observed.bridges } : {}),
      };
      await answer("list", data, options, {
        text: async (wide) => {
          const ofFiles = data.containers ? fileProblems(await listFiles(engine, connection)) : [];
          return textOf(data, problemLines(ofFiles), wide);
        },
        names: () => namesOf(data),
      });
    });

function textOf(data: Listed, ofFiles: string[], wide: boolean): string {
  const { containers, bridges } = data;
  const wrong = [...problemsIn(data), ...ofFiles];
  return [
    containers && (containers.length ? table(containers, containerColumns, wide) : "No app containers."),
    bridges && (bridges.length ? table(bridges, bridgeColumns, wide) : "No bridges."),
    wrong.join("\n"),
  ].filter(Boolean).join("\n\n");
}

interface Listed {
  containers?: AppContainer[];
  bridges?: ObservedBridge[];
}

function problemsIn({ containers = [], bridges = [] }: Listed): string[] {
  const ofApps = containers.flatMap(appProblems);
  return [
    ...problemLines(ofApps),
    ...bridges.flatMap(({ metadata, problems }) =>
      problemLines(problems.filter(notAmong(ofApps)), `bridge ${metadata?.name}`)
    ),
  ];
}

const namesOf = ({ containers = [], bridges = [] }: Listed) => [
  ...containers.map(({ name }) => `app/${name}`),
  ...bridges.map(({ metadata }) => `bridge/${metadata?.name}`),
];
