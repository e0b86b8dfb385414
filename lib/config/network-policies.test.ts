import assert from "node:assert/strict";
import type { V1Deployment, V1NetworkPolicy, V1StatefulSet } from "@kubernetes/client-node";
import { defaultImages } from "../images.ts";
import { manifests } from "./manifests.ts";

const objects = manifests({ namespace: "bridges", images: defaultImages });
const policies = objects.filter(({ kind }) => kind === "NetworkPolicy") as V1NetworkPolicy[];
const policyOf = (name: string) => policies.find(({ metadata }) => metadata?.name === name)!;

Deno.test("each policy is for the pods of one workload, and for no others", () => {
  for (const kind of ["StatefulSet", "Deployment"]) {
    const { metadata, spec } = objects.find((object) => object.kind === kind) as V1StatefulSet | V1Deployment;
    const policy = policyOf(metadata!.name!), { matchLabels = {} } = policy.spec!.podSelector!;
    assert.equal(policy.metadata!.namespace, "bridges");
    const labels = spec!.template.metadata!.labels!;
    for (const [key, value] of Object.entries(matchLabels)) assert.equal(labels[key], value);
    assert.equal(Object.keys(matchLabels).length, 1);
  }
  assert.equal(policies.length, 2);
});

Deno.test("Stowaway takes WireGuard, its ports and those who hear who answers, the operator nothing, and both may call everybody", () => {
  assert.deepEqual(policyOf("gefyra-stowaway").spec!.ingress, [
    { ports: [{ protocol: "UDP", port: 51820 }] },
    { ports: [{ protocol: "TCP", port: 51826 }] },
    {
      ports: [
        { protocol: "TCP", port: 10000, endPort: 29999 },
        { protocol: "UDP", port: 10000, endPort: 29999 },
      ],
    },
  ]);
  const { policyTypes, ingress } = policyOf("gefyra-operator").spec!;
  assert.deepEqual([policyTypes, ingress], [["Ingress"], undefined]);
  for (const { spec } of policies) {
    assert.deepEqual([spec!.policyTypes, spec!.egress], [["Ingress"], undefined]);
  }
});
