import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { checkObjectName } from "../lib/api/object-names.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { kubeconfigPaths } from "../lib/connection/current.ts";
import type { Admits, UpOptions } from "../lib/connection/options.ts";
import { up as bringUp, type UpResult } from "../lib/connection/up.ts";
import { manifests } from "../lib/config/manifests.ts";
import { DISCONNECT_TIMEOUT_S, LONGEST_DISCONNECT_TIMEOUT_S, NAMESPACE } from "../lib/names.ts";
import { SHORTEST_DISCONNECT_TIMEOUT_S } from "../lib/settings.ts";
import { describeTunnel, transports } from "../lib/connection/endpoints.ts";
import {
  clusterOf,
  collect,
  command,
  connectionOption,
  contextOption,
  kubeconfigOption,
  outputOption,
  stepsOf,
  wholeNumber,
} from "./command.ts";
import {
  dryRunOption,
  printObjects,
  registryOption,
  serviceAnnotationOption,
  serviceOptions,
  servicePortOption,
  serviceTypeOption,
  tagOption,
} from "./install-options.ts";
import { interruptible, timeoutOption } from "./interruptible.ts";
import { answer, warn } from "./output.ts";

const example = `gefyra up
gefyra up --context my-cluster --connection mine
gefyra up --dry-run -o yaml | kubectl diff -f -`;

export const up = () => upCommand().action(act);

/** Without its action: `gefyra apply` reads the same options from a file. */
export const upCommand = () =>
  command("up", example)
    .addOption(connectionOption("name of the connection (default: the context's name)"))
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .option("--namespace <name>", "namespace for Gefyra in the cluster", NAMESPACE)
    .addOption(
      new Option("--endpoint <host:port>", "address and UDP port of Stowaway")
        .argParser(parseEndpoint).conflicts(["host", "port"]),
    )
    .addOption(
      new Option("--transport <name>", "only transport to try (default: the fastest that works)").env(
        "GEFYRA_TRANSPORT",
      )
        .choices(transports),
    )
    .option("--host <address>", "address of a node")
    .option("--port <number>", "UDP port of Stowaway", wholeNumber(1, 65535))
    .option("--subnet <cidr>", "/24 of the Docker network (default: one that overlaps nothing)")
    .addOption(
      new Option(
        "--egress <route>",
        "route for destinations outside the cluster: through the cluster, or from this machine",
      )
        .choices(["cluster", "local"]).default("cluster" as const),
    )
    .addOption(serviceTypeOption("NodePort, or unchanged"))
    .addOption(serviceAnnotationOption())
    .addOption(servicePortOption())
    .option(
      "--disconnect-timeout <seconds>",
      "silence after which the cluster removes this machine's client",
      wholeNumber(SHORTEST_DISCONNECT_TIMEOUT_S, LONGEST_DISCONNECT_TIMEOUT_S),
      DISCONNECT_TIMEOUT_S,
    )
    .addOption(registryOption())
    .addOption(tagOption())
    .addOption(
      new Option("--allow-user <name>", "user whose bridges may lead to this machine, too (repeatable)")
        .argParser(collect),
    )
    .addOption(
      new Option("--allow-group <name>", "the same for all users of a group (repeatable)").argParser(collect),
    )
    .addOption(
      new Option("--allow-nobody", "let nobody in any more (default: as before)")
        .conflicts(["allowUser", "allowGroup"]),
    )
    .addOption(timeoutOption("what was begun is undone"))
    .addOption(dryRunOption())
    .addOption(outputOption(["name"]));

type Made = ReturnType<typeof upCommand>;

async function act(_options: unknown, command: Made): Promise<void> {
  const options = command.opts();
  const { install, connection } = wantedConnection(command);
  if (options.dryRun) return await printObjects("up", manifests(install), options);
  const cluster = await clusterOf(options);
  const tools = { engine: connectEngine(), cluster, steps: stepsOf(options) };
  const result = await interruptible(options, () => bringUp(tools, connection));
  warn(options, result.problems);
  await answer("up", result, options, {
    text: () => upText(cluster.context, result),
    names: () => [`connection/${result.connection.name}`],
  });
}

export function upText(context: string, result: UpResult): string {
  const how = describeTunnel(result.endpoint, result);
  if (!result.changed) return `Already connected to ${context} over ${how}. Nothing was changed.`;
  return `Connected to ${context} over ${how}.`;
}

/** What the options ask for: the installation, and the connection. */
export function wantedConnection(command: Made) {
  const options = command.opts();
  const { registry, tag, namespace } = options;
  checkObjectName("namespace", namespace);
  const images = { registry, tag };
  const service = serviceOptions(options);
  const named = ["registry", "tag"].some((one) => command.getOptionValueSource(one as "tag") === "cli");
  const install = { namespace, images, ...(service ? { service } : {}) };
  const connection: UpOptions = {
    connection: options.connection,
    kubeconfig: kubeconfigPaths(options.kubeconfig),
    disconnectTimeout: options.disconnectTimeout,
    admits: admitsOf(options),
    install,
    namedImages: named ? images : undefined,
    network: { subnet: options.subnet, egress: options.egress },
    transport: {
      host: options.endpoint?.host ?? options.host,
      port: options.endpoint?.port ?? options.port,
      only: options.transport,
    },
  };
  return { install, connection };
}

interface AdmitFlags {
  allowUser?: string[] | undefined;
  allowGroup?: string[] | undefined;
  allowNobody?: true | undefined;
}

/** Nothing if no flag is given. */
function admitsOf({ allowUser: users, allowGroup: groups, allowNobody }: AdmitFlags): Admits | undefined {
  return users || groups || allowNobody ? { users: users ?? [], groups: groups ?? [] } : undefined;
}

function parseEndpoint(text: string): { host: string; port: number } {
  const [, host, port] = text.match(/^([a-zA-Z0-9.-]+):(\d{1,5})$/) ?? [];
  if (host && Number(port) >= 1 && Number(port) <= 65535) return { host, port: Number(port) };
  throw new InvalidArgumentError("It must be HOST:PORT with an IPv4 address or a name.");
}
