/** The relay's own tests, beside its sources: they need Go, as building the images does. */
import assert from "node:assert/strict";

Deno.test("frames, protocols and the handover of the socket are what they have to be", async () => {
  const { code, stdout, stderr } = await new Deno.Command("go", {
    args: ["test", "./..."],
    cwd: new URL("../../images/relay", import.meta.url),
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
});
