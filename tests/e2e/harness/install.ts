/** Gefyra in a lab that several tests share, as an administrator installs it. */
import { parseAllDocuments } from "yaml";
import { NAMESPACE, OPERATOR, STOWAWAY, STOWAWAY_KEY_SECRET } from "../../../lib/names.ts";
import { eventually } from "../../docker.ts";
import { commandIn } from "./gefyra.ts";
import { kubeIn, type Manifest } from "./kube.ts";
import type { SuiteLab } from "./suite.ts";

/** Installs what `up --dry-run` prints; pods of an earlier run are replaced, as their images may have changed. */
export async function install(lab: SuiteLab): Promise<void> {
  const { apply, cluster, list, ready } = kubeIn(lab);
  const { stdout } = await commandIn(lab, ["up", "--dry-run", "-o", "yaml"]);
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
  const old = await list("Pod", NAMESPACE);
  await apply(undefined, objects);
  for (const { metadata } of old) {
    const pod = { apiVersion: "v1", kind: "Pod", namespace: NAMESPACE, name: metadata.name };
    await (await cluster()).remove(pod, { gracePeriodSeconds: 1 });
  }
  const gone = async () => {
    const left = (await list("Pod", NAMESPACE)).filter(({ metadata: { uid } }) =>
      old.some(({ metadata }) => metadata.uid === uid)
    );
    if (left.length) throw new Error("pods of an earlier run are there");
  };
  await eventually(gone, 30_000);
  await Promise.all([ready(NAMESPACE, "Deployment", OPERATOR), ready(NAMESPACE, "StatefulSet", STOWAWAY)]);
  await keysMade(lab);
}

/** The operator makes Stowaway's keys first of all. */
export async function keysMade(lab: SuiteLab): Promise<void> {
  const { get } = kubeIn(lab);
  await eventually(async () => {
    const { data } = await get("Secret", STOWAWAY_KEY_SECRET, NAMESPACE);
    if (!data?.privateKey) throw new Error("Stowaway has no keys yet");
  }, 30_000);
}
