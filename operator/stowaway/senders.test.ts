import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { type BridgePhase, bridgePhases, type PodState, podStates } from "../../lib/api/phases.ts";
import { bridgeOf, recordOf } from "./fixture.ts";
import { objectCache } from "../runtime/cache.ts";
import { createSenders, sendersOf } from "./senders.ts";

const home = { namespace: "gefyra", addresses: ["10.1.9.9"] };

const podOf = (name: string, metadata: object = {}): V1Pod => ({
  metadata: { name, namespace: "shop", uid: `uid-${name}`, ...metadata },
});

const from = (records: InterceptedPod[]) => [...sendersOf(bridgeOf(records)).values()];

Deno.test("pods send from the moment they are taken until they are restored", () => {
  const table: [PodState, boolean][] = [
    [podStates.waiting, false],
    [podStates.switching, true],
    [podStates.active, true],
    [podStates.failed, true],
    [podStates.restoring, true],
    [podStates.restored, false],
    [podStates.suspended, true],
  ];
  assert.equal(table.length, Object.keys(podStates).length);
  for (const [state, sends] of table) {
    assert.deepEqual(from([recordOf("a", { state })]), sends ? ["10.1.0.5"] : [], state);
  }
});

Deno.test("pods of a bridge that is being suspended send until its phase says that they were told", () => {
  const suspended = recordOf("a", { state: podStates.suspended }),
    again = recordOf("b", { address: "10.1.0.6" });
  const { status, ...bridge } = bridgeOf([suspended, again]);
  const of = (phase: BridgePhase) => [...sendersOf({ ...bridge, status: { ...status, phase } }).values()];
  assert.deepEqual(of(bridgePhases.active), ["10.1.0.5", "10.1.0.6"]);
  // One that is taken again, before the phase says so.
  assert.deepEqual(of(bridgePhases.suspended), ["10.1.0.6"]);
});

Deno.test("a bridge without pods has no senders, and neither has a pod without an IPv4 address", () => {
  assert.deepEqual(from([]), []);
  for (const address of ["", "fd00::1", "10.1.0.05", "10.1.0.0/16", "10.1.0.5 . 1 : 1.1.1.1"]) {
    assert.deepEqual(from([recordOf("a", { address })]), [], address);
  }
  const { address: _, ...unknown } = recordOf("a");
  assert.deepEqual(from([unknown]), []);
});

Deno.test("a pod that ends sends until it is gone, though its bridge has no record of it any more", () => {
  const pods = objectCache<V1Pod>(), senders = createSenders({ pods }, home);
  const a = recordOf("a"), b = recordOf("b", { address: "10.1.0.6" });
  const of = (...records: InterceptedPod[]) => {
    const bridge = bridgeOf(records);
    return senders([bridge])(bridge);
  };
  pods.put(podOf("a"));
  pods.put(podOf("b"));
  assert.deepEqual(of(a, b), ["10.1.0.5", "10.1.0.6"]);
  pods.put(podOf("a", { deletionTimestamp: new Date(), resourceVersion: "2" }));
  assert.deepEqual(of(b), ["10.1.0.5", "10.1.0.6"]);
  assert.deepEqual(of(b), ["10.1.0.5", "10.1.0.6"], "however often it is asked");
  pods.remove(podOf("a"));
  assert.deepEqual(of(b), ["10.1.0.6"]);
  // One that is restored lives on, and sends nothing more.
  assert.deepEqual(of(), []);
});

Deno.test("of a bridge that is gone nothing is kept", () => {
  const pods = objectCache<V1Pod>(),
    senders = createSenders({ pods }, home),
    bridge = bridgeOf([recordOf("a")]);
  pods.put(podOf("a", { deletionTimestamp: new Date() }));
  senders([bridge]);
  senders([]);
  const empty = bridgeOf([]);
  assert.deepEqual(senders([empty])(empty), []);
});

Deno.test("doctor's bridges have no pods, and the operator's pod sends for them: in Gefyra's own namespace alone", () => {
  const senders = createSenders({ pods: objectCache<V1Pod>() }, home);
  const at = (namespace: string) => {
    const bridge = bridgeOf([], namespace);
    return senders([bridge])(bridge);
  };
  assert.deepEqual([at("gefyra"), at("shop")], [["10.1.9.9"], []]);
});
