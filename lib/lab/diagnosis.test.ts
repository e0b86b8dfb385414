import assert from "node:assert/strict";
import { whyEnded } from "./diagnosis.ts";

const node = (name: string, state: string, ...log: string[]) => ({ name, state, log: log.join("\n") });
const running = node("cp", "running", "started: etcd", "started: apiserver");

Deno.test("lab: the component that ended is named, with its last lines", () => {
  const log = [
    "started: etcd",
    "started: apiserver",
    "ended: apiserver",
    "1",
    "2",
    "3",
    "4",
    "Error: no key",
    "stopped",
  ];
  const table: [string, ReturnType<typeof node>[], string | undefined][] = [
    ["all run", [running], undefined],
    ["none is left", [], undefined],
    [
      "one ended",
      [node("cp", "exited", ...log)],
      'apiserver ended in node "cp":\n2\n3\n4\nError: no key',
    ],
    [
      "the last one of several starts counts",
      [node("cp", "exited", "ended: etcd", "old", "started: etcd", "ended: containerd", "new", "stopped")],
      'containerd ended in node "cp":\nnew',
    ],
    [
      "of Kubernetes' log only the errors",
      [node("cp", "exited", "ended: kubelet", "I1126 23:44:21 a", "E1126 23:44:21 b", "W1126 23:44:21 c")],
      'kubelet ended in node "cp":\nE1126 23:44:21 b',
    ],
    [
      "no errors in it",
      [node("cp", "exited", "ended: kubelet", "I1126 23:44:21 a", "W1126 23:44:21 c")],
      'kubelet ended in node "cp":\nI1126 23:44:21 a\nW1126 23:44:21 c',
    ],
    [
      "nobody answered",
      [running, node("w", "exited", "started: containerd", "took too long: ctr version", "stopped")],
      'in node "w" it took too long until this succeeded: ctr version',
    ],
    [
      "it did not get so far",
      [node("cp", "exited", "mount: /sys: permission denied.")],
      'node "cp" ended:\nmount: /sys: permission denied.',
    ],
    ["it said nothing", [node("cp", "created")], 'node "cp" ended'],
  ];
  for (const [what, nodes, expected] of table) assert.equal(whyEnded(nodes), expected, what);
});
