import assert from "node:assert/strict";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { planFiles } from "./plan.ts";
import { parseWanted } from "./wanted.ts";

const container: V1Container = {
  name: "api",
  env: [
    { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "SECRET", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
  ],
  volumeMounts: [
    { name: "conf", mountPath: "/etc/conf" },
    { name: "conf", mountPath: "/etc/app.yaml", subPath: "app.yaml" },
    { name: "data", mountPath: "/data/" },
    { name: "logs", mountPath: "/data/logs", subPathExpr: "of/$(POD)" },
    { name: "odd", mountPath: "/odd", subPathExpr: "$(SECRET)" },
    { name: "ro", mountPath: "/ro", readOnly: true },
    { name: "token", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
  ],
};
const pod: V1Pod = { metadata: { name: "api-1" }, spec: { containers: [container] } };

function paths(sync: string[], back: string[] = [], of = pod) {
  const plan = planFiles(of, container, parseWanted(sync, back));
  if ("reasons" in plan) return plan.reasons;
  return plan.shares.map(({ name, remote, path }) => `${name} ${remote} ${path}`);
}

Deno.test("each path is found in the deepest volume that holds it", () => {
  assert.deepEqual(paths(["/etc/conf", "/etc/conf/sub", "/etc/app.yaml", "/data/x", "/data/logs/y"]), [
    "s0 /etc/conf /gefyra/conf",
    "s1 /etc/conf/sub /gefyra/conf/sub",
    "s2 /etc/app.yaml /gefyra/conf/app.yaml",
    "s3 /data/x /gefyra/data/x",
    "s4 /data/logs/y /gefyra/logs/of/api-1/y",
  ]);
});

Deno.test("/run and /var/run are one", () => {
  assert.deepEqual(paths(["/run/secrets/kubernetes.io/serviceaccount/token"]), [
    "s0 /run/secrets/kubernetes.io/serviceaccount/token /gefyra/token/token",
  ]);
});

Deno.test("what is in no volume is read through the container's process", () => {
  assert.deepEqual(paths(["/etc/config"]), ["s0 /etc/config /proc/1/root/etc/config"]);
  const shared = { ...pod, spec: { ...pod.spec!, shareProcessNamespace: true } };
  assert.match(paths(["/etc/config"], [], shared)[0]!, /share their processes/);
});

Deno.test("volumes takes all mounts, but for those that are named", () => {
  const simple = { ...container, volumeMounts: container.volumeMounts!.slice(0, 3) };
  const plan = planFiles(pod, simple, parseWanted(["volumes"], ["/data"]));
  assert.ok("shares" in plan);
  assert.deepEqual(plan.shares.map(({ remote, back }) => [remote, back]), [
    ["/etc/conf", false],
    ["/etc/app.yaml", false],
    ["/data", true],
  ]);
  assert.deepEqual(plan.mounts, [
    { name: "conf", mountPath: "/gefyra/conf", readOnly: true },
    { name: "data", mountPath: "/gefyra/data", readOnly: false },
  ]);
});

Deno.test("a path goes in one direction", () => {
  assert.match(paths(["/data"], ["/data/sub"])[0]!, /overlap/);
  assert.match(paths(["/etc/conf:/x"], ["/data:/x/y"])[0]!, /overlap/);
  assert.match(paths(["/etc/conf:/x", "/data:/x"])[0]!, /named twice/);
  assert.match(paths([], ["/ro"])[0]!, /read-only/);
});

Deno.test("a subPathExpr that only the kubelet can expand is refused", () => {
  assert.match(paths(["/odd"])[0]!, /subPathExpr of \/odd/);
});

Deno.test("shares keep their names when they are planned for another pod", () => {
  const plan = planFiles(pod, container, [{ name: "s7", remote: "/data", local: "/data", back: false }]);
  assert.ok("shares" in plan);
  assert.equal(plan.shares[0]!.name, "s7");
});
