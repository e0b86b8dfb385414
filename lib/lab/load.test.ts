import assert from "node:assert/strict";
import { fullName, missingIn } from "./load.ts";

Deno.test("containerd's full names", () => {
  const names = {
    nginx: "docker.io/library/nginx:latest",
    "debian:trixie-slim": "docker.io/library/debian:trixie-slim",
    "gefyra/cargo:0.1.0": "docker.io/gefyra/cargo:0.1.0",
    "localhost/app": "localhost/app:latest",
    "registry.example:5000/team/app": "registry.example:5000/team/app:latest",
    "ghcr.io/team/app@sha256:abc": "ghcr.io/team/app@sha256:abc",
  };
  for (const [short, full] of Object.entries(names)) assert.equal(fullName(short), full);
});

Deno.test("an image is missing unless its name and its id have the same manifest", () => {
  const list = [
    "REF TYPE DIGEST SIZE PLATFORMS LABELS",
    "docker.io/library/same:1 type sha256:m1 1 MiB linux/amd64 -",
    "sha256:id1 type sha256:m1 1 MiB linux/amd64 -",
    "docker.io/library/retagged:1 type sha256:m1 1 MiB linux/amd64 -",
    "sha256:id2 type sha256:m2 1 MiB linux/amd64 -",
  ].join("\n");
  const ids = new Map([["same:1", "sha256:id1"], ["retagged:1", "sha256:id2"], ["new:1", "sha256:id3"]]);
  assert.deepEqual(missingIn(list, ids), ["retagged:1", "new:1"]);
});
