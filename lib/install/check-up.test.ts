import assert from "node:assert/strict";
import type { Access } from "../api/access.ts";
import type { KubernetesObject, ObjectRef } from "../api/objects.ts";
import { toConnect } from "../config/developer-rights.ts";
import { manifests } from "../config/manifests.ts";
import { GefyraError } from "../errors.ts";
import { defaultImages } from "../images.ts";
import type { Cluster } from "../kube/cluster.ts";
import { rightText } from "../kube/rights.ts";
import { WITH_CLIENTS_ANNOTATION } from "../names.ts";
import { checkUp } from "./check-up.ts";
import type { Wish } from "./wishes.ts";

const namespace = "gefyra";
const options = { namespace, images: defaultImages };
const permanent = manifests(options);
const temporary = permanent.map((object) => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata?.annotations, [WITH_CLIENTS_ANNOTATION]: "true" },
  },
}));
const developer = toConnect(namespace).map(rightText);
const readable = ["Deployment", "Service"];

/** `may`: all, or what a developer may. A developer who has no right at all reads nothing. */
function cluster(objects: KubernetesObject[], may: "all" | "connect" | "nothing" | "view"): Cluster {
  const forbidden = () => Promise.reject(new GefyraError("forbidden", "no", { exit: "forbidden" }));
  return {
    context: "lab",
    serves: () => Promise.resolve(true),
    allowed: (access: Access) =>
      Promise.resolve(may === "all" || may !== "nothing" && developer.includes(rightText(access))),
    get: ({ kind, name }: ObjectRef) =>
      may === "nothing" || may === "connect" && !readable.includes(kind)
        ? forbidden()
        : Promise.resolve(objects.find((one) => one.kind === kind && one.metadata?.name === name)),
  } as unknown as Cluster;
}

Deno.test("up installs, or uses what is there, with the rights that it needs for that", async () => {
  const installs = { installs: true, existed: false }, updates = { installs: true, existed: true };
  const uses = { installs: false, existed: true };
  const table: [string, Parameters<typeof cluster>, object | string][] = [
    ["an empty cluster", [[], "all"], installs],
    ["an empty cluster, without rights", [[], "view"], "rights-missing"],
    ["without any right", [permanent, "nothing"], "rights-missing"],
    ["an administrator's, by the administrator", [permanent, "all"], uses],
    ["an administrator's, by a developer", [permanent, "connect"], uses],
    ["one that up made", [temporary, "all"], updates],
    ["the same, by a developer", [temporary, "connect"], uses],
    ["the same, by one who may read everything", [temporary, "view"], uses],
    ["one that is incomplete", [temporary.slice(3), "all"], updates],
    ["the same, by one who may read everything", [temporary.slice(3), "view"], "rights-missing"],
    ["an administrator's that is incomplete", [permanent.slice(3), "all"], "installation-incomplete"],
  ];
  for (const [what, [objects, may], expected] of table) {
    const checked = checkUp(cluster(objects, may), options, {});
    if (typeof expected === "string") await assert.rejects(checked, { id: expected }, what);
    else assert.deepEqual(await checked, expected, what);
  }
});

Deno.test("up names all rights that it lacks to install, each once", async () => {
  await assert.rejects(checkUp(cluster([], "view"), options, {}), (error: GefyraError) => {
    assert.equal(error.exit, "forbidden");
    assert.match(error.message, /^Cannot install Gefyra in "lab": needs "create namespaces" cluster-wide, /);
    assert.match(error.message, /"create deployments.apps" in namespace "gefyra"/);
    assert.ok(!error.message.includes("patch"), error.message);
    assert.match(error.hint ?? "", /gefyra install/);
    return true;
  });
});

Deno.test("up refuses options that an installation does not have, and that it cannot change", async () => {
  const wish: Wish = { images: { registry: "elsewhere", tag: "1" }, service: { type: "LoadBalancer" } };
  for (const may of ["all", "connect"] as const) {
    await assert.rejects(checkUp(cluster(permanent, may), options, wish), { id: "installation-permanent" });
  }
  assert.equal((await checkUp(cluster(temporary, "all"), options, wish)).installs, true);
  await assert.rejects(checkUp(cluster(temporary, "connect"), options, wish), {
    id: "installation-permanent",
  });
});
