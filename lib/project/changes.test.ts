import assert from "node:assert/strict";
import { existing, wanted } from "../bridge/bridge-fixture.ts";
import { appChange, bridgeChange } from "./changes.ts";

const found = (state: string, applied?: string) => ({ name: "api", state, applied });

Deno.test("an app is created, started, replaced or left as it is; one of `gefyra run` is not the file's", () => {
  assert.equal(appChange("a", undefined), "create");
  assert.equal(appChange("a", found("running", "a")), "none");
  assert.equal(appChange("a", found("restarting", "a")), "none");
  assert.equal(appChange("a", found("exited", "a")), "start");
  assert.equal(appChange("a", found("exited", "b")), "replace");
  assert.equal(appChange("a", found("running")), undefined);
});

Deno.test("a bridge follows an app that is made again", () => {
  assert.equal(bridgeChange(wanted, undefined, false), "create");
  assert.equal(bridgeChange(wanted, existing(), false), "none");
  assert.equal(bridgeChange(wanted, existing(), true), "replace");
  assert.equal(bridgeChange({ ...wanted, app: "x" }, existing(), false), "replace");
});
