/** The rights to write objects. Pure. */
import type { Access } from "../api/access.ts";
import type { KubernetesObject, Manifest } from "../api/objects.ts";
import { pluralOf } from "../kube/paths.ts";

/** Objects are applied, which is a patch, also where they are created. The namespace is only created. */
export function rightsToWrite(objects: Manifest[], found: KubernetesObject[]): Access[] {
  const rights = objects.flatMap((object) => {
    const exists = found.some(({ kind, metadata }) =>
      kind === object.kind && metadata?.name === object.metadata?.name &&
      metadata?.namespace === object.metadata?.namespace
    );
    const verbs = object.kind === "Namespace" ? ["create"] : exists ? ["patch"] : ["create", "patch"];
    return verbs.map((verb) => ({ verb, ...resourceOf(object) }));
  });
  const texts = rights.map((right) => JSON.stringify(right));
  return rights.filter((_, i) => texts.indexOf(texts[i]!) === i);
}

function resourceOf({ apiVersion = "", kind = "", metadata }: Manifest): Omit<Access, "verb"> {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0]! : "";
  const namespace = metadata?.namespace;
  return { group, resource: pluralOf(kind), ...(namespace ? { namespace } : {}) };
}

/** Whoever may not create a kind of object need not be told that patching it is missing too. */
export function essential(missing: Access[]): Access[] {
  return missing.filter((one) =>
    one.verb !== "patch" ||
    !missing.some((other) =>
      other.verb === "create" && other.group === one.group && other.resource === one.resource &&
      other.namespace === one.namespace
    )
  );
}
