import assert from "node:assert/strict";
import { currentContext, kubeconfigPaths } from "./current.ts";

Deno.test("the current context is that of the first file that names one, as for kubectl", async () => {
  const folder = await Deno.makeTempDir();
  const file = async (name: string, text: string) => {
    await Deno.mkdir(`${folder}/.kube`, { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  };
  const none = await file("none", "kind: Config\n"), broken = await file("broken", "{");
  const one = await file("one", 'current-context: "one"\n'),
    two = await file("two", '{"current-context": "two"}');
  const env = (KUBECONFIG: string) => (name: string) => ({ KUBECONFIG, HOME: folder })[name];
  const contextOf = async (kubeconfig: string) => (await currentContext(env(kubeconfig))).context;
  assert.equal(await contextOf([none, broken, `${folder}/missing`, two, one].join(":")), "two");
  assert.equal(await contextOf(one), "one");
  assert.equal(await contextOf(""), undefined);
  await file(".kube/config", "current-context: home\n");
  assert.equal(await contextOf(""), "home");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a kubeconfig is stored with absolute paths", () => {
  const env = (name: string) => ({ KUBECONFIG: "/a::b" })[name];
  assert.equal(kubeconfigPaths(undefined, env), `/a:${Deno.cwd()}/b`);
  assert.equal(kubeconfigPaths("c", env), `${Deno.cwd()}/c`);
  assert.equal(kubeconfigPaths(undefined, () => undefined), "");
});

Deno.test("the default kubeconfig is stored by its path: another KUBECONFIG may have a context of the same name", async () => {
  const HOME = await Deno.makeTempDir();
  const env = (name: string) => ({ HOME })[name];
  assert.equal(kubeconfigPaths(undefined, env), "");
  await Deno.mkdir(`${HOME}/.kube`);
  await Deno.writeTextFile(`${HOME}/.kube/config`, "");
  assert.equal(kubeconfigPaths(undefined, env), `${HOME}/.kube/config`);
  await Deno.remove(HOME, { recursive: true });
});
