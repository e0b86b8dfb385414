import assert from "node:assert/strict";
import type { V1Container } from "@kubernetes/client-node";
import type { FoundTarget } from "../workload/resolve.ts";
import { parsePort } from "../workload/ports.ts";
import { planTarget } from "./prepare.ts";

const web: V1Container = { name: "web", ports: [{ containerPort: 80 }] };
const found: FoundTarget = {
  kind: "Deployment",
  name: "web",
  found: true,
  reasons: [],
  podSpec: { containers: [web] },
  templateImage: () => undefined,
};
const several = { ...found, podSpec: { containers: [web, { name: "db" }] } };
const service = { ...found, kind: "Service", servicePorts: [{ port: 80 }] };

const planned = (target: FoundTarget, container?: string) =>
  planTarget(target, "shop", { container, ports: [parsePort("80")], namespaceLabels: {} });

Deno.test("the bridge names its container, unless the pods of a Service tell it", () => {
  const table: [string, FoundTarget, string | undefined, string | undefined, boolean][] = [
    ["the only one", found, undefined, "web", true],
    ["a named one", several, "web", "web", true],
    ["a Service", service, undefined, undefined, true],
    ["a Service, named", service, "web", "web", true],
    ["a Service without pods", { ...service, podSpec: undefined }, undefined, undefined, false],
  ];
  for (const [name, target, container, expected, known] of table) {
    const { input, plan } = planned(target, container);
    assert.deepEqual([input.container, plan !== undefined], [expected, known], name);
  }
});

Deno.test("what cannot be bridged is refused, each with its own exit code", () => {
  const table: [FoundTarget, string | undefined, object][] = [
    [{ ...found, found: false }, undefined, {
      id: "target-missing",
      exit: "notFound",
      message: 'Cannot bridge "deployment/web": there is none in namespace "shop"',
    }],
    [several, undefined, {
      id: "container-unclear",
      exit: "usage",
      hint: "name one: --target deployment/web/CONTAINER",
    }],
    [several, "api", { id: "cannot-intercept", exit: "refused", message: /no container "api"/ }],
    [{ ...service, reasons: ["it has no selector"] }, undefined, {
      id: "cannot-intercept",
      message: 'Cannot bridge "service/web": it has no selector',
    }],
  ];
  for (const [target, container, error] of table) assert.throws(() => planned(target, container), error);
});
