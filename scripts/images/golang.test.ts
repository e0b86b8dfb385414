import assert from "node:assert/strict";
import { digestOfProgram, goPrograms, linkerFlags } from "./golang.ts";

Deno.test("Kubernetes learns its version from go.mod", () => {
  assert.equal(
    linkerFlags("module kube\n\nrequire (\n\tk8s.io/kubernetes v1.2.3\n)\n"),
    "-s -w -X k8s.io/component-base/version.gitVersion=v1.2.3 -X k8s.io/client-go/pkg/version.gitVersion=v1.2.3",
  );
});

Deno.test("other programs get no version of Kubernetes", () => {
  assert.equal(linkerFlags("module pause\n"), "-s -w");
});

Deno.test("a program's digest is stable and its own", async () => {
  const pause = await digestOfProgram(goPrograms.pause);
  assert.equal(await digestOfProgram(goPrograms.pause), pause);
  assert.notEqual(await digestOfProgram(goPrograms.coredns), pause);
});
