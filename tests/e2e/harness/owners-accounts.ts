/** Service accounts for the test of owners. */
import { NAMESPACE } from "../../../lib/names.ts";
import { type Json, kube, kubectl } from "./kube.ts";

const RBAC = "rbac.authorization.k8s.io";

function role(name: string, namespace: string, rules: Json[], account: { name: string; namespace: string }) {
  const metadata = { name, namespace };
  return [
    { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: RBAC, kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", ...account }],
    },
  ];
}

const rule = (resources: string[], verbs: string[]) => ({ apiGroups: ["gefyra.dev"], resources, verbs });
const editorName = (namespace: string) => `${namespace}-editor`;

/** `mallory` may create, get and delete bridges in the namespace; `editor` may besides change them, their status, and all clients. */
export async function createAccounts(namespace: string): Promise<void> {
  const account = (name: string) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace },
  });
  const all = ["create", "get", "delete", "patch"];
  await kube.applyWithKubectl([
    ...["mallory", "editor"].map(account),
    ...role("mallory", namespace, [rule(["gefyrabridges"], ["create", "get", "delete"])], {
      name: "mallory",
      namespace,
    }),
    ...role("editor", namespace, [rule(["gefyrabridges", "gefyrabridges/status"], all)], {
      name: "editor",
      namespace,
    }),
    ...role(editorName(namespace), NAMESPACE, [rule(["gefyraclients", "gefyraclients/status"], all)], {
      name: "editor",
      namespace,
    }),
  ]);
}

/** What `createAccounts` made outside of the namespace. */
export async function removeEditor(namespace: string): Promise<void> {
  const name = editorName(namespace);
  await kubectl("delete", "role,rolebinding", name, "--namespace", NAMESPACE, "--ignore-not-found");
}
