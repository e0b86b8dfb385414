import assert from "node:assert/strict";
import { refuseNamespace } from "./allowed.ts";

Deno.test("a namespace that is not enabled is refused, with the command that enables it", () => {
  refuseNamespace(undefined, "shop");
  refuseNamespace(["dev", "shop"], "shop");
  assert.throws(() => refuseNamespace(["dev", "test"], "shop"), {
    id: "namespace-not-enabled",
    exit: "refused",
    message: 'Cannot bridge in namespace "shop": bridges are not enabled there, only in dev, test',
    hint: "ask an administrator to add it: `gefyra install --namespaces dev,test,shop`",
  });
});
