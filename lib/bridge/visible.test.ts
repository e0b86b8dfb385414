import assert from "node:assert/strict";
import type { Selection } from "../kube/cluster.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Connection } from "../connection/connection.ts";
import { GefyraError } from "../errors.ts";
import { operator } from "../config/workloads.ts";
import { defaultImages } from "../images.ts";
import { visibleBridges } from "./visible.ts";

const connection = { client: "me", namespace: "gefyra" } as Connection;
const bridge = (namespace: string, client = "me") => ({
  metadata: { namespace, name: "web" },
  spec: { client, owner: { user: client } },
});
/** Somebody else's that names the client. */
const theirs = { ...bridge("shop"), spec: { client: "me", owner: { user: "you" } } };
const bridges = [bridge("shop"), bridge("dev"), bridge("hidden"), bridge("shop", "you"), theirs];

/** `may`: the namespaces that the user may list, `undefined` for all. `known`: those in the client's status. */
function cluster(may: (string | undefined)[], known: string[] = [], enabled?: string[]): Cluster {
  const deployment = operator({ namespace: "gefyra", images: defaultImages, namespaces: enabled });
  return {
    namespace: "context",
    list: ({ namespace }: Selection) =>
      may.includes(namespace)
        ? Promise.resolve(bridges.filter((one) => !namespace || one.metadata.namespace === namespace))
        : Promise.reject(new GefyraError("forbidden", "no", { exit: "forbidden" })),
    get: ({ kind }: { kind: string }) =>
      Promise.resolve(
        kind === "Deployment"
          ? deployment
          : { metadata: { name: "me" }, spec: { owner: { user: "me" } }, status: { namespaces: known } },
      ),
  } as unknown as Cluster;
}
const namesOf = (found: { metadata?: { namespace?: string } }[]) =>
  found.map(({ metadata }) => metadata?.namespace);

Deno.test("who may list all namespaces sees the own bridges in all, and nothing is hidden", async () => {
  const { bridges, hidden } = await visibleBridges(cluster([undefined]), connection);
  assert.deepEqual([namesOf(bridges), hidden], [["shop", "dev", "hidden"], undefined]);
});

Deno.test("others see those where the client's status, the operator and the context lead, and what is hidden", async () => {
  const seen = await visibleBridges(cluster(["shop", "dev", "context"], ["shop"], ["dev"]), connection);
  assert.deepEqual(namesOf(seen.bridges), ["dev", "shop"]);
  assert.equal(
    seen.hidden,
    'bridges may be hidden: only those in context, dev, shop are listed; needs "list gefyrabridges.gefyra.dev" cluster-wide',
  );
  const denied = await visibleBridges(cluster(["shop"], ["shop"]), connection);
  assert.match(denied.hidden ?? "", /only those in shop .*gefyrabridges.gefyra.dev" in namespace "context"$/);
  const none = await visibleBridges(cluster([]), connection);
  assert.match(none.hidden ?? "", /none are listed; needs .* in namespace "context"$/);
});

Deno.test("a namespace that is named, and all of them on request, are listed or refused", async () => {
  assert.deepEqual(
    namesOf((await visibleBridges(cluster(["dev"]), connection, { namespace: "dev" })).bridges),
    ["dev"],
  );
  await assert.rejects(visibleBridges(cluster([]), connection, { namespace: "dev" }), { exit: "forbidden" });
  await assert.rejects(visibleBridges(cluster(["context"]), connection, { all: true }), {
    id: "rights-missing",
    message: 'Cannot list the bridges of all namespaces: needs "list gefyrabridges.gefyra.dev" cluster-wide',
  });
});
