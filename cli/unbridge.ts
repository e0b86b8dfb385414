import { requireNamespace } from "../lib/kube/namespaces.ts";
import { checkObjectName } from "../lib/api/object-names.ts";
import type { GefyraBridge } from "../lib/api/bridge.ts";
import { connectionsText, drainMsOf } from "../lib/api/drain.ts";
import { bridgeRef } from "../lib/api/bridge.ts";
import { closingEnds } from "../lib/bridge/local-ends.ts";
import { visibleBridges } from "../lib/bridge/visible.ts";
import { pendingText, removeBridge, silentOriginals } from "../lib/bridge/remove.ts";
import { countRequestLoss, requestLossText } from "../lib/bridge/request-loss.ts";
import { operatorRuns } from "../lib/install/operator-state.ts";
import { GefyraError } from "../lib/errors.ts";
import { command, connectionOption, requireCluster, stepsOf } from "./command.ts";
import { timeoutOption, waitOption, within } from "./interruptible.ts";
import { note, say } from "./output.ts";
import { switchSummary, watchUrlOption } from "./summary.ts";

const example = `gefyra unbridge -N mypyserver-bridge
gefyra unbridge --all`;

export const unbridge = () =>
  command("unbridge", example)
    .option("-N, --name <bridge>", "name of the bridge")
    .option("-n, --namespace <name>", "namespace of the bridge; needed only if two have the same name")
    .option("-A, --all", "all bridges of this connection")
    .addOption(watchUrlOption())
    .addOption(waitOption("wait until the originals serve; false: return as soon as the bridges are deleted"))
    .addOption(timeoutOption("the operator goes on"))
    .addOption(connectionOption())
    .action(async (options) => {
      const { name, all, namespace, quiet } = options;
      if ((name === undefined) === (all === undefined)) {
        throw new GefyraError("bridge-unclear", "Cannot unbridge: name one bridge, or all", {
          exit: "usage",
          hint: "use --name BRIDGE or --all; `gefyra list --bridges` shows them",
        });
      }
      if (namespace !== undefined) checkObjectName("namespace", namespace);
      const { engine, connection, cluster } = await requireCluster(options.connection);
      const { bridges, hidden } = await visibleBridges(cluster, connection, { namespace });
      if (hidden) note(options, [hidden]);
      const chosen = bridges.filter(({ metadata }) => all || metadata?.name === name);
      if (namespace !== undefined && chosen.length === 0) await requireNamespace(cluster, namespace);
      if (name && chosen.length !== 1) throw unclear(name, chosen);
      if (chosen.length === 0) return say(options, "There are no bridges.");
      const removeChosen = async () => {
        const start = performance.now();
        // All at once, so that one bridge does not wait for the pods of another.
        await Promise.all(
          chosen.map(({ metadata }) =>
            cluster.remove(bridgeRef(metadata?.namespace ?? "", metadata?.name ?? ""))
          ),
        );
        const operated = await operatorRuns(cluster, connection.namespace);
        // Without an operator, nobody else restores the pods.
        if (options.wait === "false" && operated) {
          for (const { metadata } of chosen) {
            say(options, `Bridge ${metadata?.name} is deleted. The operator restores its pods.`);
          }
          return;
        }
        const others = bridges.filter((one) => !chosen.includes(one));
        for (const bridge of chosen) {
          const { metadata, spec, status } = bridge;
          let pending: string | undefined, followed = "";
          await stepsOf(options).step(`Removing bridge ${metadata?.name}`, async () => {
            const ended = { bridges: [bridge], others };
            const remove = () => removeBridge(cluster, bridge, operated);
            const { result, connections } = await closingEnds(engine, connection, ended, remove);
            pending = result;
            followed = connectionsText(connections, drainMsOf(spec) ?? 0);
          });
          if (quiet) continue;
          if (pending) {
            say(options, `Bridge ${metadata?.name} is deleted. ${pendingText([pending])}`);
            continue;
          }
          const summary = switchSummary(status?.pods ?? [], (performance.now() - start) / 1000);
          const did = [followed, summary].filter(Boolean).join("\n");
          const silent = await silentOriginals(cluster, bridge);
          const serves = silent.length ? silent.join("; ") : "the original container serves again";
          say(options, `Bridge ${metadata?.name} is removed: ${serves}.${did ? `\n${did}` : ""}`);
        }
      };
      const removing = () => within(options, removeChosen);
      if (options.watchUrl) {
        const { loss } = await countRequestLoss(
          cluster,
          connection.namespace,
          options.watchUrl,
          removing,
        );
        console.log(requestLossText(loss));
      } else await removing();
    });

function unclear(name: string, found: GefyraBridge[]): GefyraError {
  if (found.length === 0) {
    return new GefyraError(
      "bridge-missing",
      `Cannot unbridge "${name}": this connection has no such bridge`,
      {
        exit: "notFound",
        hint: "`gefyra list --bridges` lists them",
      },
    );
  }
  const namespaces = found.map(({ metadata }) => metadata?.namespace).join(", ");
  return new GefyraError("bridge-unclear", `Cannot unbridge "${name}": several have this name`, {
    exit: "usage",
    hint: `name one with --namespace: ${namespaces}`,
  });
}
