import assert from "node:assert/strict";
import { OPERATE } from "../names.ts";
import { admissionPolicies, policyNames } from "./admission-policies.ts";
import { clusterRole } from "./roles.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

const objects: Json[] = admissionPolicies("gefyra");
const policies = objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
const bindings = objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicyBinding");

Deno.test("every policy is bound, denies, and fails closed", () => {
  assert.deepEqual(policies.map(({ metadata }) => metadata.name), Object.values(policyNames("gefyra")));
  assert.deepEqual(
    bindings.map(({ spec }) => [spec.policyName, spec.validationActions]),
    policies.map(({ metadata }) => [metadata.name, ["Deny"]]),
  );
  for (const { spec } of policies) assert.equal(spec.failurePolicy, "Fail");
});

Deno.test("every validation says why in words for people, and is a matter of rights", () => {
  for (const { message, messageExpression, reason } of policies.flatMap(({ spec }) => spec.validations)) {
    assert.ok(message || messageExpression);
    assert.equal(reason, "Forbidden");
  }
});

Deno.test("what is checked: who creates and changes both kinds and deletes clients, and both statuses", () => {
  const rules = policies.flatMap(({ spec }) => spec.matchConstraints.resourceRules);
  assert.deepEqual(rules.map(({ operations, resources }: Json) => [resources, operations]), [
    [["gefyraclients", "gefyrabridges"], ["CREATE", "UPDATE"]],
    [["gefyraclients"], ["DELETE"]],
    [["gefyraclients/status", "gefyrabridges/status"], ["UPDATE"]],
  ]);
});

Deno.test("an operator is known by its own account, or by a right that the role of every installation has", () => {
  const status = policies[1].spec.validations[0].expression;
  assert.match(status, /'system:serviceaccount:gefyra:gefyra-operator'/);
  assert.match(status, new RegExp(`resource\\('gefyrabridges'\\)\\.check\\('${OPERATE}'\\)`));
  const { rules } = clusterRole("other", {}) as Json;
  const right = rules.find(({ verbs }: Json) => verbs.includes(OPERATE));
  assert.deepEqual([right.apiGroups, right.resources], [["gefyra.dev"], ["gefyrabridges"]]);
});

Deno.test("an installation for some namespaces checks nobody in others", () => {
  const selectors = (admissionPolicies("gefyra", ["shop"]) as Json[])
    .flatMap(({ spec }) => spec.matchResources?.namespaceSelector ?? []);
  const only = { key: "kubernetes.io/metadata.name", operator: "In", values: ["gefyra", "shop"] };
  assert.deepEqual(selectors, [{ matchExpressions: [only] }, { matchExpressions: [only] }]);
});
