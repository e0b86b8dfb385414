import assert from "node:assert/strict";
import { parseTarget, type Target, targetText } from "./target.ts";

Deno.test("a target is a kind, a name and maybe a container", () => {
  const table: [string, Target][] = [
    ["deployment/web", { kind: "Deployment", name: "web", container: undefined }],
    ["deployments/web/nginx", { kind: "Deployment", name: "web", container: "nginx" }],
    ["deploy/web", { kind: "Deployment", name: "web", container: undefined }],
    ["Deployment/web", { kind: "Deployment", name: "web", container: undefined }],
    ["svc/web/proxy", { kind: "Service", name: "web", container: "proxy" }],
  ];
  for (const [text, target] of table) assert.deepEqual(parseTarget(text), target, text);
});

Deno.test("any other target is refused with the reason", () => {
  const table: [string, RegExp][] = [
    ["web", /"web" is not a kind/],
    ["", /"" is not a kind/],
    ["job/web", /"job" is not a kind/],
    ["constructor/web", /"constructor" is not a kind/],
    ["deployment", /not KIND\/NAME/],
    ["deployment/", /not KIND\/NAME/],
    ["deployment/web/", /not KIND\/NAME/],
    ["deployment/web/nginx/80", /not KIND\/NAME/],
  ];
  for (const [text, message] of table) {
    assert.throws(() => parseTarget(text), { id: "target-invalid", exit: "usage", message }, text);
  }
});

Deno.test("kinds have all names that kubectl knows them by", () => {
  const table: [string, string[]][] = [
    ["Deployment", ["deploy", "deployment", "deployments", "deployment.apps", "deployments.v1.apps"]],
    ["StatefulSet", ["sts", "statefulset", "statefulsets", "statefulset.apps", "statefulsets.v1.apps"]],
    ["DaemonSet", ["ds", "daemonset", "daemonsets", "daemonset.apps", "daemonsets.v1.apps"]],
    ["ReplicaSet", ["rs", "replicaset", "replicasets", "replicaset.apps", "replicasets.v1.apps"]],
    ["Pod", ["po", "pod", "pods", "POD"]],
    ["Service", ["svc", "service", "services"]],
  ];
  for (const [kind, names] of table) {
    for (const name of names) assert.equal(parseTarget(`${name}/web`).kind, kind, name);
  }
  for (const name of ["services.apps", "deploy.apps", "deployments.batch", "toString"]) {
    assert.throws(() => parseTarget(`${name}/web`), { id: "target-invalid" }, name);
  }
});

Deno.test("a target is written as it can be given again", () => {
  for (const text of ["deployment/web", "service/web/proxy"]) {
    assert.equal(targetText(parseTarget(text)), text);
  }
});
