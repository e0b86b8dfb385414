import assert from "node:assert/strict";
import { GefyraError } from "../errors.ts";
import { LAB_LABEL, ROLE_LABEL } from "../names.ts";
import { checkLabName, controlPlaneOf, labNetwork, nodeContainer, workersOf } from "./nodes.ts";

const options = { lab: "x", image: "gefyra/lab:1", apiPort: 40000, kubeconfig: "/home/me/.kube/config" };

Deno.test("every node has the owner's labels and no privilege beyond the named capabilities", () => {
  for (const node of [controlPlaneOf("x"), ...workersOf("x", 2)]) {
    const { Labels, HostConfig } = nodeContainer(node, options);
    assert.equal(Labels?.[LAB_LABEL], "x");
    assert.equal(Labels?.[ROLE_LABEL], "lab-node");
    assert.equal(HostConfig?.Privileged, undefined);
    assert.equal(HostConfig?.Binds, undefined);
    assert.deepEqual(HostConfig?.CapAdd, ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"]);
  }
});

Deno.test("only the control plane is published, on loopback", () => {
  const [worker] = workersOf("x", 1);
  assert.equal(nodeContainer(worker!, options).HostConfig?.PortBindings, undefined);
  assert.deepEqual(nodeContainer(controlPlaneOf("x"), options).HostConfig?.PortBindings, {
    "6443/tcp": [{ HostIp: "127.0.0.1", HostPort: "40000" }],
  });
});

Deno.test("workers know the control plane by its name", () => {
  const [worker] = workersOf("x", 1);
  assert.deepEqual(nodeContainer(worker!, options).Cmd, ["worker", "gefyra-x-control-plane"]);
});

Deno.test("two labs share no name", () => {
  const names = (lab: string) => [labNetwork(lab).Name, controlPlaneOf(lab).name, workersOf(lab, 1)[0]?.name];
  assert.equal(new Set([...names("a"), ...names("b")]).size, 6);
});

Deno.test("a name that is invalid in host names is refused", () => {
  for (const name of ["", "Lab", "a_b", "-a", "a".repeat(40)]) {
    assert.throws(() => checkLabName(name), GefyraError);
  }
  checkLabName("lab-2");
});
