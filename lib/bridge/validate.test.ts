import assert from "node:assert/strict";
import type { V1Container, V1Service } from "@kubernetes/client-node";
import type { FoundTarget } from "../pods/resolve.ts";
import { parsePort } from "../workload/ports.ts";
import { planTarget } from "./validate.ts";

const web: V1Container = { name: "web", ports: [{ containerPort: 80 }] };
const found: FoundTarget = {
  kind: "Deployment",
  name: "web",
  found: true,
  reasons: [],
  podSpec: { containers: [web] },
  podMetadata: { labels: { app: "web" } },
  templateImage: () => undefined,
};
const several = { ...found, podSpec: { containers: [web, { name: "db" }] } };
const service = { ...found, kind: "Service", servicePorts: [{ port: 80 }] };

const planned = (target: FoundTarget, container?: string, port = "80", services?: V1Service[]) =>
  planTarget(target, "shop", { container, ports: [parsePort(port)], namespaceLabels: {} }, services);

Deno.test("the bridge names its container, unless the target is a Service", () => {
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

Deno.test("each reason against a bridge is refused with its own exit code", () => {
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

const leading = (targetPort: number): V1Service[] => [{
  spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort }] },
}];
const unrelated: V1Service[] = [{ spec: { selector: { app: "other" }, ports: [{ port: 80 }] } }];

Deno.test("an undeclared port is accepted if a Service leads to it, and otherwise refused", () => {
  const says = 'Cannot bridge "deployment/web": container "web" has no port 81 (it declares: 80)';
  const table: [string, FoundTarget, V1Service[] | undefined, string | undefined][] = [
    ["a Service leads there", found, leading(81), undefined],
    ["none does", found, unrelated, `${says}, and no Service leads to it`],
    ["nobody knows", found, undefined, says],
    ["the target is that Service", { ...service, servicePorts: [{ port: 81 }] }, unrelated, undefined],
    ["it declares none", { ...found, podSpec: { containers: [{ name: "web" }] } }, unrelated, undefined],
  ];
  for (const [name, target, services, message] of table) {
    const plan = () => planned(target, undefined, "81", services);
    if (message) assert.throws(plan, { id: "cannot-intercept", message }, name);
    else assert.ok(plan().plan, name);
  }
});

Deno.test("beside says which traffic it does not take if no Service leads to the port", () => {
  const note =
    "no Service leads to port 80: traffic between the pod's own containers over localhost stays with the original; " +
    "--replace takes it too";
  assert.deepEqual(planned(found, undefined, "80", unrelated).notes, [note]);
  assert.deepEqual(planned(found, undefined, "80", leading(80)).notes, []);
  assert.deepEqual(planned(found, undefined, "80", undefined).notes, []);
  assert.deepEqual(planned(service, undefined, "80", []).notes, []);
  const replaced = planTarget(
    found,
    "shop",
    { ports: [parsePort("80")], options: { mode: "replace" } },
    unrelated,
  );
  assert.deepEqual(replaced.notes, []);
});

Deno.test("a port that the Service lacks is reported before the container", () => {
  const target = { ...several, kind: "Service", servicePorts: [{ port: 80 }] };
  assert.throws(() => planned(target, undefined, "8082"), {
    id: "cannot-intercept",
    message: 'Cannot bridge "service/web": the service has no port 8082 (it has: 80)',
  });
});
