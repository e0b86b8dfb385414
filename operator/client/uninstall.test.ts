import assert from "node:assert/strict";
import { refOf } from "../../lib/api/objects.ts";
import { belongings } from "../../lib/config/manifests.ts";
import { handedOver, removedByItself } from "./uninstall.ts";

const going = belongings("gefyra").map(refOf);

Deno.test("the operator removes what it can, its own role last", () => {
  assert.deepEqual(removedByItself(going).map(({ kind }) => kind), [
    "CustomResourceDefinition",
    "CustomResourceDefinition",
    "Namespace",
    "ClusterRole",
  ]);
});

Deno.test("everything else is handed over to the garbage collector", () => {
  const all = [...handedOver(going), ...removedByItself(going)];
  assert.equal(all.length, going.length);
  assert.deepEqual(new Set(all), new Set(going));
});
