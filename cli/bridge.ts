import { Option } from "@commander-js/extra-typings";
import { createBridge } from "../lib/bridge/create.ts";
import { dryRunText } from "../lib/bridge/dry-run-text.ts";
import { parseMatch } from "../lib/api/match.ts";
import { followedText } from "../lib/bridge/followed.ts";
import { defaultBridgeName } from "../lib/bridge/name.ts";
import type { BridgeOptions } from "../lib/bridge/validate.ts";
import { dryRunBridge } from "../lib/bridge/dry-run.ts";
import { countRequestLoss, requestLossText } from "../lib/bridge/request-loss.ts";
import { GefyraError } from "../lib/errors.ts";
import type { GefyraBridge } from "../lib/api/bridge.ts";
import { modes } from "../lib/api/modes.ts";
import { condition, READY } from "../lib/api/conditions.ts";
import { bridgePhases } from "../lib/api/phases.ts";
import { parsePorts, portText } from "../lib/workload/ports.ts";
import { parseTarget, type Target, targetText } from "../lib/workload/target.ts";
import { drainTimeoutOption, keepConnectionsOption } from "./drain-options.ts";
import { collect, command, connectionOption, outputOption, requireCluster, stepsOf } from "./command.ts";
import { interruptible, timeoutOption, waitOption } from "./interruptible.ts";
import { withMatch } from "./match-options.ts";
import { answer, warn } from "./output.ts";
import { switchSummary, watchUrlOption } from "./summary.ts";

const example =
  `gefyra bridge -N mypyserver -n default --target deployment/hello-nginxdemo --port 80:8000 -I mypyserver-bridge
gefyra bridge -N mypyserver -n default --deployment hello-nginxdemo --container-name hello-nginx --port 80:8000 -I my-bridge
gefyra bridge -N mypyserver -n default --target svc/hello-nginxdemo --port http:8000 --dry-run
gefyra bridge -N mypyserver -n default --target svc/shop --port 80:8000 --match header:x-user=alice --match path:/api
gefyra bridge -N resolver -n kube-system --target ds/node-dns --port 53:5353/udp --port 53:5353`;

export const bridge = () => bridgeCommand().action(act);

/** Without its action: `gefyra apply` reads the same options from a file. */
export const bridgeCommand = () =>
  withMatch(command("bridge", example))
    .requiredOption("-N, --name <name>", "local container, from `gefyra run` or `gefyra attach`")
    .option("-n, --namespace <name>", "namespace of the target", "default")
    .option("--target <target>", "what to bridge: KIND/NAME[/CONTAINER], the kind as kubectl names it")
    .option("--deployment <name>", "the same as --target deployment/NAME")
    .option("-C, --container-name <name>", "container of the target; needed only if there are several")
    .requiredOption(
      "-p, --port <remote:local>",
      "port in the cluster (number or name) and local port; add /udp for UDP (repeatable)",
      collect,
      [],
    )
    .addOption(
      new Option(
        "--mode <mode>",
        "beside: the original keeps running; replace: Carrier replaces it (default: chosen for each pod)",
      ).choices(modes),
    )
    .addOption(new Option("--keep", "same as --mode beside").conflicts(["mode", "replace"]))
    .addOption(
      new Option("--replace", "same as --mode replace").conflicts(["mode", "keep", "fallback", "mirror"]),
    )
    .option("--fallback", "let the original serve while the local port refuses connections")
    .addOption(
      new Option("--mirror", "the original answers; the local container gets a copy of each request")
        .conflicts("fallback"),
    )
    .addOption(drainTimeoutOption())
    .addOption(keepConnectionsOption())
    .option("-I, --bridge-name <name>", "name of the bridge (default: NAME-TARGET)")
    .addOption(watchUrlOption())
    .option("--dry-run", "print what the bridge would do, without changing anything")
    .addOption(waitOption("wait until the bridge is active; false: return as soon as it is created"))
    .addOption(timeoutOption("the bridge is removed"))
    .addOption(connectionOption())
    .addOption(outputOption(["name"]));

type Options = ReturnType<ReturnType<typeof bridgeCommand>["opts"]>;

/** What the options ask for. */
export function wantedBridge(options: Options): BridgeOptions {
  const target = targetOf(options);
  const ports = parsePorts(options.port);
  if (ports.length === 0) {
    throw new GefyraError("port-missing", "Cannot bridge: no port is given", {
      exit: "usage",
      hint: "add e.g. --port 80:8000",
    });
  }
  return {
    name: options.bridgeName ?? defaultBridgeName(options.name, target.name),
    app: options.name,
    namespace: options.namespace,
    target,
    ports,
    match: options.match ? parseMatch(options.match) : undefined,
    mode: options.mode ?? (options.keep ? "beside" : options.replace ? "replace" : undefined),
    fallback: options.fallback,
    mirror: options.mirror,
    drainTimeoutSeconds: options.drainTimeout,
    keepConnections: options.keepConnections,
  };
}

async function act(options: Options): Promise<void> {
  const wanted = wantedBridge(options);
  const { engine, connection, cluster } = await requireCluster(options.connection);
  if (options.dryRun) {
    const preview = await dryRunBridge({ engine, cluster }, connection, wanted);
    return await answer("bridge", preview, options, {
      text: () => dryRunText(preview),
      names: () => [`bridge/${wanted.name}`],
    });
  }
  const start = performance.now();
  const notes: string[] = [];
  const tools = { engine, cluster, steps: stepsOf(options), notes, wait: options.wait === "true" };
  const create = () => interruptible(options, () => createBridge(tools, connection, wanted));
  const { watchUrl } = options;
  const { result: made, loss } = watchUrl
    ? await countRequestLoss(cluster, connection.namespace, watchUrl, create)
    : { result: await create(), loss: undefined };
  const seconds = (performance.now() - start) / 1000;
  const lines = [
    summary(made),
    ...notes.map((text) => `Note: ${text}.`),
    followedText(made),
    switchSummary(made.status?.pods ?? [], seconds),
    loss ? requestLossText(loss) : "",
  ];
  await answer("bridge", made, options, {
    text: () => lines.filter(Boolean).join("\n"),
    names: () => [`bridge/${wanted.name}`],
  });
  warn(options, made.problems);
}

function summary({ metadata, spec: { target, ports, destination, mirror }, status }: GefyraBridge): string {
  const name = metadata?.name;
  if (!status) return `Bridge ${name} is created. \`gefyra list --bridges\` shows when it is active.`;
  if (status.phase === bridgePhases.waiting) {
    const why = condition(status.conditions, READY)?.message;
    return `Bridge ${name} waits: ${why}. It activates when pods appear.`;
  }
  const mapped = ports.map((port) => `${portText(port)} → ${destination.name}:${port.local}`).join(", ");
  const answers = mirror ? " The original answers, the local container gets a copy." : "";
  return `Bridge ${name} is active: ${targetText(target)}, ${mapped}.${answers}`;
}

interface TargetOptions {
  target?: string | undefined;
  deployment?: string | undefined;
  containerName?: string | undefined;
}

function targetOf({ target, deployment, containerName }: TargetOptions): Target {
  if ((target === undefined) === (deployment === undefined)) {
    const state = target ? "both --target and --deployment are given" : "no target is given";
    throw new GefyraError("target-invalid", `Cannot bridge: ${state}`, {
      exit: "usage",
      hint: "name one, e.g. --target deployment/my-app",
    });
  }
  const parsed = target ? parseTarget(target) : { kind: "Deployment", name: deployment! };
  return containerName ? { ...parsed, container: containerName } : parsed;
}
