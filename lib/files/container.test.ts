import assert from "node:assert/strict";
import type { V1Container, V1EphemeralContainer, V1Pod } from "@kubernetes/client-node";
import { assumedUser, filesContainer, placementOf, userIn, userOf } from "./container.ts";

const container: V1Container = { name: "api", image: "api" };
const pod: V1Pod = {
  spec: { containers: [container] },
  status: { podIPs: [{ ip: "fd00::1" }, { ip: "10.1.2.3" }] },
};
const plan = {
  shares: [],
  mounts: [{ name: "conf", mountPath: "/gefyra/conf", readOnly: true }],
  fromProcess: false,
};
const made = (uid: number, fromProcess = false) =>
  filesContainer(pod, container, { plan: { ...plan, fromProcess }, user: { uid, gid: 7 }, image: "carrier" });

Deno.test("the container is what Pod Security's restricted admits, as the user whose files it reads", async () => {
  const { securityContext, command, targetContainerName, volumeMounts } = await made(1000);
  assert.deepEqual(securityContext, {
    runAsUser: 1000,
    runAsGroup: 7,
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  });
  assert.deepEqual(command?.slice(1), ["serve", "10.1.2.3", "600"]);
  assert.equal(targetContainerName, undefined);
  assert.deepEqual(volumeMounts, plan.mounts);
});

Deno.test("only the files of root's image need a capability", async () => {
  assert.equal((await made(1000, true)).targetContainerName, "api");
  assert.deepEqual((await made(1000, true)).securityContext?.capabilities, { drop: ["ALL"] });
  assert.deepEqual((await made(0, true)).securityContext?.capabilities, {
    drop: ["ALL"],
    add: ["SYS_PTRACE"],
  });
  assert.deepEqual((await made(0)).securityContext?.capabilities, { drop: ["ALL"] });
});

Deno.test("the user is that of the status, else of the container, else of the pod, else of the process", () => {
  const of = (security: object, own: object, user?: object) =>
    userOf(
      {
        spec: { containers: [], securityContext: security },
        ...(user ? { status: { containerStatuses: [{ name: "api", user: { linux: user } }] } } : {}),
      } as unknown as V1Pod,
      { ...container, securityContext: own },
    );
  assert.deepEqual(of({ runAsUser: 1 }, { runAsUser: 2 }, { uid: 3, gid: 4 }), { uid: 3, gid: 4 });
  assert.deepEqual(of({ runAsUser: 1, runAsGroup: 9 }, { runAsUser: 2 }), { uid: 2, gid: 9 });
  assert.deepEqual(of({ runAsUser: 0 }, {}), { uid: 0, gid: undefined });
  assert.equal(of({}, {}), undefined);
  assert.deepEqual(userIn("Name:\tcat\nUid:\t1\t33\t33\t33\nGid:\t2\t34\t3\t4\n"), { uid: 33, gid: 34 });
  assert.equal(userIn("nonsense"), undefined);
  assert.deepEqual(assumedUser(pod, container), { uid: 0 });
  assert.deepEqual(assumedUser(pod, { ...container, securityContext: { runAsNonRoot: true } }), {
    uid: 65532,
  });
});

Deno.test("one that runs is used again, one that has ended is not", async () => {
  const wanted = await made(0);
  const withState = (name: string, state: object): V1Pod => ({
    spec: { containers: [], ephemeralContainers: [{ name } as V1EphemeralContainer] },
    status: { ephemeralContainerStatuses: [{ name, state }] } as never,
  });
  const { name } = wanted;
  assert.deepEqual(placementOf(pod, wanted), { state: "absent", name });
  assert.deepEqual(placementOf(withState(name, { running: {} }), wanted), { state: "running", name, id: "" });
  assert.deepEqual(placementOf(withState(name, {}), wanted), { state: "starting", name });
  assert.deepEqual(placementOf(withState(name, { terminated: {} }), wanted), {
    state: "absent",
    name: `${name}-2`,
  });
  assert.deepEqual(
    placementOf(withState(name, { waiting: { reason: "ErrImagePull", message: "no such image" } }), wanted),
    { state: "failed", name, reason: "ErrImagePull: no such image" },
  );
  assert.notEqual((await made(1)).name, name);
});
