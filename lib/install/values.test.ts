import assert from "node:assert/strict";
import { parseValues } from "./values.ts";

Deno.test("values: an empty file is valid, and so is everything at once", () => {
  assert.deepEqual(parseValues("", "values.yaml"), {});
  const text = `
registry: my.registry/team
tag: "1.2"
imagePullSecrets: [regcred]
namespaces: [shop, shop-dev]
service: { type: LoadBalancer, annotations: { a/b: "c" }, port: 443 }
operator:
  resources: { requests: { cpu: 1, memory: 1e9 }, limits: { cpu: 500m, memory: 1.5Gi } }
  nodeSelector: { pool: infra }
  tolerations: [{ key: infra, operator: Exists, effect: NoExecute, tolerationSeconds: 5 }]
stowaway: { tolerations: [{ operator: Exists }] }
relay: { resources: { limits: { memory: 64Mi } } }
`;
  assert.equal(Object.keys(parseValues(text, "values.yaml")).length, 8);
});

Deno.test("values: every problem is reported, with its place", () => {
  const text = `
registry: ""
namespaces: []
imagePullSecrets: [Not_A_Name]
service: { type: ClusterIP, port: 70000, annotations: { a: 1 } }
operator: { resources: { limits: { memroy: 1Gi, memory: lots, cpu: true } } }
stowaway: { tolerations: [{ effect: Never }], nodeSelector: infra }
relay: { nodeSelector: {} }
`;
  const table = [
    "registry must not have fewer than 1 characters",
    "namespaces must not have fewer than 1 items",
    "imagePullSecrets.0 is not valid",
    "service.type must be one of NodePort, LoadBalancer",
    "service.port must be <= 65535",
    "service.annotations.a must be string",
    "operator.resources.limits.memroy is unknown",
    "operator.resources.limits.memory is not valid",
    "operator.resources.limits.cpu must be either string or number",
    "stowaway.tolerations.0.effect must be one of NoSchedule, PreferNoSchedule, NoExecute",
    "stowaway.nodeSelector must be object",
    "relay.nodeSelector is unknown",
  ];
  assert.throws(() => parseValues(text, "my.yaml"), (error: Error & { id?: string; exit?: string }) => {
    assert.deepEqual([error.id, error.exit], ["values-invalid", "usage"]);
    assert.match(error.message, /^Cannot use my\.yaml: /);
    const said = error.message.replace("Cannot use my.yaml: ", "").split("; ");
    assert.deepEqual(said.sort(), table.sort());
    return true;
  });
});

Deno.test("values: what is no object, or no YAML, is refused", () => {
  assert.throws(() => parseValues("- a", "v"), { message: "Cannot use v: the file must be object" });
  assert.throws(() => parseValues("a: [", "v"), {
    id: "values-invalid",
    message: /^Cannot use v: not YAML: /,
  });
});
