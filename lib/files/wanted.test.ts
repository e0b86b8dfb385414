import assert from "node:assert/strict";
import type { GefyraError } from "../errors.ts";
import { describeOptions } from "./options.ts";
import { parseWanted } from "./wanted.ts";

Deno.test("--sync and --sync-back name a path there, and perhaps another here", () => {
  assert.deepEqual(parseWanted(["/etc/conf/", "/a//b:/c", "volumes"], ["/data"]), [
    { remote: "/etc/conf", local: "/etc/conf", back: false },
    { remote: "/a/b", local: "/c", back: false },
    { remote: "volumes", local: "volumes", back: false },
    { remote: "/data", local: "/data", back: true },
  ]);
});

Deno.test("what is no path is refused, all at once", () => {
  const bad = ["etc", "/", "/a:b", "/a:/b:/c", "/a/../b", "", "volumes:/x"];
  assert.throws(() => parseWanted(bad), (error: GefyraError) => {
    assert.equal(error.id, "sync-invalid");
    for (const text of bad) assert.ok(error.message.includes(`"${text}"`), text);
    return true;
  });
});

Deno.test("files need a container that they are of; a service account needs none", () => {
  const none = { namespace: "shop", from: undefined, sync: [], syncBack: [], serviceAccount: undefined };
  assert.equal(describeOptions(none), undefined);
  assert.throws(() => describeOptions({ ...none, sync: ["/a"] }), /not said of which container/);
  assert.deepEqual(describeOptions({ ...none, serviceAccount: "ci" }), {
    account: { namespace: "shop", name: "ci" },
  });
});
