/**
 * What the API server itself admits (ValidatingAdmissionPolicy, from Kubernetes 1.30 on): the owner of an object is who asks,
 * only the owner changes it, and only an operator writes a status. Pure.
 *
 * The requests of Kubernetes' own controllers must pass. The namespace controller deletes what is in a namespace that goes,
 * and the garbage collector changes metadata; both have their rights in the whole cluster, as its administrators do.
 */
import { gvk } from "../api/gvk.ts";
import type { Manifest } from "../api/objects.ts";
import { clusterLabels, GROUP, OPERATE, OPERATOR } from "../names.ts";

interface Rule {
  resources: string[];
  operations: ("CREATE" | "UPDATE" | "DELETE")[];
}

interface Validation {
  expression: string;
  /** What the user reads; an expression if it names something of the request. */
  message?: string;
  messageExpression?: string;
}

interface Policy {
  rules: Rule[];
  variables: Record<string, string>;
  validations: Validation[];
}

/** One name per installation, as that of its ClusterRole. */
export const policyNames = (namespace: string) => ({
  owners: `gefyra-owners-${namespace}`,
  status: `gefyra-status-${namespace}`,
});

/**
 * `namespaces`: those that the installation is limited to, beside its own; absent: all. Several installations in one cluster
 * do not disturb each other: the operator of each may write where it has the right to `operate`.
 */
export function admissionPolicies(namespace: string, namespaces?: string[]): Manifest[] {
  const { owners, status } = policyNames(namespace);
  return [
    ...policy(owners, ownersPolicy(namespace), namespaces && [namespace, ...namespaces]),
    ...policy(status, statusPolicy(namespace), namespaces && [namespace, ...namespaces]),
  ];
}

const isOperator = (namespace: string) =>
  `request.userInfo.username == 'system:serviceaccount:${namespace}:${OPERATOR}' || ${
    mayEverywhere("gefyrabridges", OPERATE)
  }`;

/** A right in all namespaces, which whoever administers one of them cannot give themselves. */
const mayEverywhere = (resource: string, verb: string) =>
  `authorizer.group('${GROUP}').resource('${resource}').check('${verb}').allowed()`;

/** The clients of all users are in one namespace, where rights to one of them are rights to all. */
const isClientAtHome = (namespace: string) =>
  `request.resource.resource == 'gefyraclients' && request.namespace == '${namespace}'`;

const ownersPolicy = (namespace: string): Policy => ({
  rules: [
    { resources: ["gefyraclients", "gefyrabridges"], operations: ["CREATE", "UPDATE"] },
    { resources: ["gefyraclients"], operations: ["DELETE"] },
  ],
  variables: {
    me: "request.userInfo.username",
    spec: "request.operation == 'CREATE' ? object.spec : oldObject.spec",
    owner: "has(variables.spec.owner) ? variables.spec.owner.user : ''",
    groups:
      "has(variables.spec.owner) && has(variables.spec.owner.groups) ? variables.spec.owner.groups : []",
    isOwner: "variables.owner == variables.me",
    // A check of a right is a third of what one expression may cost.
    isController: `${isOperator(namespace)} || ${mayEverywhere("gefyraclients", "delete")}`,
  },
  validations: [
    {
      expression: "request.operation != 'CREATE' || variables.isOwner",
      messageExpression: "'spec.owner.user must be who creates the object: \"' + variables.me + '\"'",
    },
    {
      expression:
        "request.operation != 'CREATE' || variables.groups.all(group, group in request.userInfo.groups)",
      message: "spec.owner.groups names a group that you are not in",
    },
    {
      expression: "request.operation != 'UPDATE' || variables.isOwner || object.spec == oldObject.spec",
      messageExpression: "'only its owner may change it: it belongs to \"' + variables.owner + '\"'",
    },
    {
      expression: `request.operation == 'CREATE' || !(${
        isClientAtHome(namespace)
      }) || variables.isOwner || variables.isController`,
      messageExpression:
        "'only its owner may change or delete it: it belongs to \"' + variables.owner + '\"'",
    },
  ],
});

const statusPolicy = (namespace: string): Policy => ({
  rules: [{ resources: ["gefyraclients/status", "gefyrabridges/status"], operations: ["UPDATE"] }],
  variables: {},
  validations: [{
    expression: isOperator(namespace),
    message: "only Gefyra's operator writes the status",
  }],
});

function policy(
  name: string,
  { rules, variables, validations }: Policy,
  namespaces: string[] | undefined,
): Manifest[] {
  const metadata = () => ({ name, labels: { ...clusterLabels } });
  const matchResources = {
    namespaceSelector: namespaces
      ? { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: namespaces }] }
      : {},
  };
  return [
    {
      ...gvk.ValidatingAdmissionPolicy,
      metadata: metadata(),
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: rules.map(({ resources, operations }) => ({
            apiGroups: [GROUP],
            apiVersions: ["*"],
            resources,
            operations,
            scope: "Namespaced",
          })),
        },
        variables: Object.entries(variables).map(([name, expression]) => ({ name, expression })),
        validations: validations.map((one) => ({ ...one, reason: "Forbidden" })),
      },
    },
    {
      ...gvk.ValidatingAdmissionPolicyBinding,
      metadata: metadata(),
      spec: { policyName: name, validationActions: ["Deny"], matchResources },
    },
  ];
}
