import assert from "node:assert/strict";
import type { Engine } from "./engine.ts";
import { checkImageName, type PullPolicy, requireImage } from "./images.ts";

function engineWith(present: boolean, pull: () => Promise<void> = () => Promise.resolve()) {
  const pulled: string[] = [];
  const engine = {
    image: () => Promise.resolve(present ? { id: "sha256:1", labels: {} } : undefined),
    pull: (name: string, onProgress: (line: string) => void) => {
      pulled.push(name);
      onProgress("Downloading");
      return pull();
    },
  } as Partial<Engine> as Engine;
  return { engine, pulled };
}

Deno.test("the policy decides whether an image is pulled", async () => {
  const table: [PullPolicy | undefined, boolean, boolean][] = [
    [undefined, true, false],
    [undefined, false, true],
    ["missing", true, false],
    ["missing", false, true],
    ["always", true, true],
    ["always", false, true],
    ["never", true, false],
  ];
  for (const [pull, present, expected] of table) {
    const { engine, pulled } = engineWith(present);
    assert.equal(await requireImage(engine, "app:1", pull ? { pull } : {}), expected);
    assert.deepEqual(pulled, expected ? ["app:1"] : [], `${pull}, ${present ? "present" : "missing"}`);
  }
});

Deno.test("never does not pull what is missing", async () => {
  const { engine, pulled } = engineWith(false);
  await assert.rejects(requireImage(engine, "app:1", { pull: "never" }), {
    id: "image-missing",
    exit: "notFound",
  });
  assert.deepEqual(pulled, []);
});

Deno.test("a failed pull names the image, the reason and a remedy", async () => {
  const cause = new Error("no such host");
  const { engine } = engineWith(false, () => Promise.reject(cause));
  await assert.rejects(requireImage(engine, "app:1"), {
    id: "image-missing",
    exit: "notFound",
    message: 'Cannot pull image "app:1": no such host',
    hint: /docker images/,
    cause,
  });
});

Deno.test("the progress of the pull is reported", async () => {
  const lines: string[] = [];
  await requireImage(engineWith(false).engine, "app:1", { onProgress: (line) => lines.push(line) });
  assert.deepEqual(lines, ["Downloading"]);
});

Deno.test("image names follow Docker's rules", () => {
  const digest = `sha256:${"0a".repeat(32)}`;
  for (
    const good of [
      ...[
        "tools",
        "tools:1",
        "team/app:v1.2-rc_3",
        "localhost:1/nowhere",
        "my-registry.io:5000/a/b__c:latest",
      ],
      ...["[::1]:5000/app", `app@${digest}`, `app:1@${digest}`, digest, "3d8ecc5baeba"],
    ]
  ) {
    checkImageName(good);
  }
  for (
    const bad of [
      ...["", " ", "tools:1; x", "tools:", "tools 1", "Tools", "../x", "a//b", "tools?x", "tools#x", "a\nb"],
      ...["http://host/app", "app@sha256:0a", "-app"],
    ]
  ) {
    assert.throws(() => checkImageName(bad), { id: "image-invalid", exit: "usage" }, bad);
  }
});
