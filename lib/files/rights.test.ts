import assert from "node:assert/strict";
import { needsText } from "../kube/rights.ts";
import { fileRights } from "./rights.ts";

Deno.test("files need the rights of kubectl debug and kubectl exec, and none of the operator's", () => {
  assert.equal(
    needsText(fileRights("shop", "StatefulSet")),
    'needs "get statefulsets.apps" in namespace "shop", "list pods" in namespace "shop", "get pods" in namespace "shop", ' +
      '"patch pods/ephemeralcontainers" in namespace "shop", "get pods/exec" in namespace "shop", ' +
      '"create pods/exec" in namespace "shop"',
  );
});
