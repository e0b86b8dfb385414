import assert from "node:assert/strict";
import { containerCandidates, localPortCandidates, portCandidates, targetOf } from "./target-names.ts";

const podSpec = {
  initContainers: [{ name: "setup", image: "setup:1" }],
  containers: [
    { name: "web", image: "web:1", ports: [{ containerPort: 80, name: "http" }, { containerPort: 9090 }] },
    { name: "dns", image: "dns:1", ports: [{ containerPort: 53, name: "dns", protocol: "UDP" }] },
  ],
};
const values = (found: { value: string }[]) => found.map(({ value }) => value);

Deno.test("the target is what the line names, by any option and kind", () => {
  const table: [Record<string, string[]>, ReturnType<typeof targetOf>][] = [
    [{ "--target": ["deploy/web"] }, { kind: "Deployment", name: "web", container: undefined }],
    [{ "--target": ["svc/a", "sts/b/c"] }, { kind: "StatefulSet", name: "b", container: "c" }],
    [{ "--target": ["sts/b"], "--container-name": ["x"] }, {
      kind: "StatefulSet",
      name: "b",
      container: "x",
    }],
    [{ "--deployment": ["web"] }, { kind: "Deployment", name: "web", container: undefined }],
    [{ "--like": ["pod/p"] }, { kind: "Pod", name: "p", container: undefined }],
    [{ "--target": ["sofa/web"] }, undefined],
    [{ "--target": ["deploy/"] }, undefined],
    [{}, undefined],
  ];
  for (const [options, expected] of table) assert.deepEqual(targetOf({ options }), expected);
});

Deno.test("containers are those that serve; ports are those of the container, or of the Service", () => {
  assert.deepEqual(values(containerCandidates({ podSpec })), ["web", "dns"]);
  assert.deepEqual(values(portCandidates({ podSpec }, undefined)), ["80:", "http:", "9090:", "53:", "dns:"]);
  assert.deepEqual(values(portCandidates({ podSpec }, "web")), ["80:", "http:", "9090:"]);
  const servicePorts = [{ port: 8080, name: "main" }];
  assert.deepEqual(values(portCandidates({ podSpec, servicePorts }, undefined)), ["8080:", "main:"]);
  assert.deepEqual(portCandidates({ podSpec: undefined }, undefined), []);
});

Deno.test("the local port is one that the app's image declares, or the same number", () => {
  assert.deepEqual(values(localPortCandidates("80:8", ["8000/tcp", "53/udp"])), [
    "80:8000",
    "80:53/udp",
    "80:80",
  ]);
  assert.deepEqual(values(localPortCandidates("http:", ["8000/tcp"])), ["http:8000"]);
});
