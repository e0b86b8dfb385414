import assert from "node:assert/strict";
import { imageOf } from "./images.ts";
import { VERSION } from "./names.ts";

Deno.test("a released program asks for its own images by digest, and for others by name", () => {
  const digest = `sha256:${"ab".repeat(32)}`;
  const image = (registry: string, tag: string) => imageOf("cargo", { registry, tag }, { cargo: digest });
  assert.equal(image("gefyra", VERSION), `gefyra/cargo:${VERSION}@${digest}`);
  assert.equal(image("gefyra", "dev"), "gefyra/cargo:dev");
  assert.equal(image("my.registry/team", VERSION), `my.registry/team/cargo:${VERSION}`);
  assert.equal(imageOf("cargo", { registry: "gefyra", tag: VERSION }, {}), `gefyra/cargo:${VERSION}`);
});
