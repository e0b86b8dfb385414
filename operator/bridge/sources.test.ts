import assert from "node:assert/strict";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { createState } from "../runtime/state.ts";
import { podOf } from "./fixture.ts";
import { createSources, sourceInStatus } from "./sources.ts";

const target = { namespace: "shop", pod: "a", container: "web" };

function asked(answers: { exitCode: number; stdout: string; stderr: string }[]) {
  const commands: string[][] = [];
  const exec = (_: unknown, command: string[]) => {
    commands.push(command);
    return Promise.resolve(answers[commands.length - 1]!);
  };
  const sources = createSources({ cluster: { exec } as Partial<Cluster> as Cluster }, createState());
  return { sources, commands };
}

const answer = (stdout: string) => ({ exitCode: 0, stdout: `${stdout}\n`, stderr: "" });
const pod = podOf("a"), onNode = { ...pod, spec: { ...pod.spec!, hostNetwork: true } };
const { podIP: _, ...withoutAddress } = pod.status!;

Deno.test("the address in a pod's status counts, unless the pod is on its node's network", async () => {
  const { sources, commands } = asked([]);
  assert.equal(await sources.of(pod, target, { uid: "a", id: "1" }, "10.0.0.9"), "10.1.0.5");
  assert.deepEqual(commands, []);
  assert.equal(sourceInStatus(onNode), undefined);
});

Deno.test("a pod that has no address yet is asked, and so is one on its node's network, once for each Carrier and Stowaway", async () => {
  const { sources, commands } = asked(["10.1.0.5", "10.1.0.1", "10.1.0.2"].map(answer));
  const early = { ...pod, status: withoutAddress };
  assert.equal(await sources.of(early, target, { uid: "early", id: undefined }, "10.0.0.9"), "10.1.0.5");
  for (
    const [id, stowaway, expected] of [["1", "10.0.0.9", "10.1.0.1"], ["1", "10.0.1.9", "10.1.0.2"]] as const
  ) {
    for (let i = 0; i < 2; i++) {
      assert.equal(await sources.of(onNode, target, { uid: "a", id }, stowaway), expected);
    }
  }
  assert.deepEqual(commands.map((command) => command.slice(1)), [
    ["source", "10.0.0.9"],
    ["source", "10.0.0.9"],
    ["source", "10.0.1.9"],
  ]);
});

Deno.test("a Carrier that does not say it is asked again", async () => {
  const refused = { exitCode: 1, stdout: "", stderr: "carrier: no route to 10.0.0.9" };
  const { sources } = asked([refused, answer("10.1.0.1")]);
  const ask = () => sources.of(onNode, target, { uid: "a", id: "1" }, "10.0.0.9");
  await assert.rejects(ask(), { id: "carrier-refused", message: /in pod "shop\/a": carrier: no route/ });
  assert.equal(await ask(), "10.1.0.1");
});
