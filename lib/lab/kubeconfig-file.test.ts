import assert from "node:assert/strict";
import { editKubeconfig, kubeconfigPath } from "./kubeconfig-file.ts";

const env = (values: Record<string, string>) => (name: string) => values[name];

Deno.test("the file named on the command line comes first, then KUBECONFIG's first, then the home's", () => {
  const all = { KUBECONFIG: "/a:/b", HOME: "/home/me" };
  assert.equal(kubeconfigPath("/named", env(all)), "/named");
  assert.equal(kubeconfigPath(undefined, env(all)), "/a");
  assert.equal(kubeconfigPath(undefined, env({ HOME: "/home/me" })), "/home/me/.kube/config");
});

Deno.test("a new file is private to its owner, and removed when it is empty", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/deep/config`;
  const list = "contexts:\n  - name: x\n";
  try {
    await editKubeconfig(path, (text) => text + list);
    assert.equal(await Deno.readTextFile(path), list);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    await editKubeconfig(path, () => "contexts: []\n");
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
    assert.deepEqual([...Deno.readDirSync(`${folder}/deep`)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a link to the file stays a link", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/real`, "# mine\n");
    await Deno.symlink(`${folder}/real`, `${folder}/link`);
    await editKubeconfig(`${folder}/link`, (text) => `${text}kind: Config\n`);
    assert.equal(await Deno.readTextFile(`${folder}/real`), "# mine\nkind: Config\n");
    assert.equal((await Deno.lstat(`${folder}/link`)).isSymlink, true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
