/** `gefyra install --print-rbac`: roles as YAML, with the reason of each rule. Pure. */
import { Document, YAMLMap, type YAMLSeq } from "yaml";
import { gvk } from "../api/gvk.ts";
import { developerRights, type Right } from "../config/developer-rights.ts";
import { administratorRights } from "./administrator-rights.ts";

const DEVELOPER = "gefyra-developer", DEVELOPER_CLUSTER = `${DEVELOPER}-cluster`;
const ADMINISTRATOR = "gefyra-administrator";

/** Whoever applies them owns them: they are no part of an installation. */
const named = (name: string, namespace?: string) => ({
  ...{ name, ...(namespace ? { namespace } : {}) },
  labels: { "app.kubernetes.io/name": "gefyra" },
});

/** For `install`, `uninstall`, and an `up` on an empty cluster. */
export function administratorRole(namespace: string): string {
  const head = { ...gvk.ClusterRole, metadata: named(ADMINISTRATOR) };
  return roleYaml(head, administratorRights(namespace), [
    " To install and uninstall Gefyra. With it, one can give oneself every right of the operator. Bind it in the cluster:",
    ` kubectl create clusterrolebinding ${ADMINISTRATOR} --clusterrole=${ADMINISTRATOR} --user=NAME`,
  ]).trimEnd();
}

/** A role in Gefyra's namespace, one to bind in each namespace, and one for objects without a namespace. */
export function developerRoles(namespace: string): string {
  const { connecting, bridging, clusterWide } = developerRights();
  const subject = "--group=developers    # or --user, or --serviceaccount";
  const bind = (kind: string, role: string, more: string) =>
    ` kubectl create ${kind} ${role} ${more} ${subject}`;
  return [
    roleYaml({ ...gvk.Role, metadata: named(DEVELOPER, namespace) }, connecting, [
      " To connect. Bind it in Gefyra's namespace:",
      bind("rolebinding", DEVELOPER, `--role=${DEVELOPER} --namespace=${namespace}`),
    ]),
    roleYaml({ ...gvk.ClusterRole, metadata: named(DEVELOPER) }, bridging, [
      " To bridge. Bind it in each namespace whose traffic the developer may take over:",
      bind("rolebinding", DEVELOPER, `--clusterrole=${DEVELOPER} --namespace=NAMESPACE`),
    ]),
    roleYaml({ ...gvk.ClusterRole, metadata: named(DEVELOPER_CLUSTER) }, clusterWide, [
      " Optional: reads objects that have no namespace. Bind it in the cluster:",
      bind("clusterrolebinding", DEVELOPER_CLUSTER, `--clusterrole=${DEVELOPER_CLUSTER}`),
    ]),
  ].join("---\n").trimEnd();
}

function roleYaml(head: object, rights: Right[], comments: string[]): string {
  const rules = rights.map(({ reason: _, optional: __, ...rule }) => rule);
  const document = new Document({ ...head, rules });
  document.commentBefore = comments.join("\n");
  const items = (document.get("rules") as YAMLSeq).items;
  items.forEach((item, i) => {
    const { reason, optional } = rights[i]!;
    if (!(item instanceof YAMLMap)) return;
    item.commentBefore = ` ${optional ? "optional: " : ""}${reason}`;
    for (const { value } of item.items) (value as YAMLSeq).flow = true;
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
