import assert from "node:assert/strict";
import { delimiter } from "node:path";
import { complete } from "./complete.ts";

/** A kubeconfig in a file of its own. */
async function withKubeconfig(text: string, work: (file: string) => Promise<void>): Promise<void> {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, text);
    await work(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("the contexts of the named kubeconfig are offered; a file that cannot be read has none", async () => {
  const contexts = ["one", "two"].map((name) => ({ name, context: {} }));
  await withKubeconfig(JSON.stringify({ contexts }), async (file) => {
    assert.equal(await complete(["up", "--kubeconfig", file, "--context", ""]), "one\t\ntwo\t\n:4");
    assert.equal(await complete(["up", `--kubeconfig=${file}`, "--context=t"]), "two\t\n:4");
  });
  await withKubeconfig("contexts: 5", async (bad) => {
    assert.equal(await complete(["up", "--kubeconfig", bad, "--context", ""]), ":4");
    await withKubeconfig(JSON.stringify({ contexts }), async (good) => {
      const both = [bad, good].join(delimiter);
      assert.equal(await complete(["up", "--kubeconfig", both, "--context", ""]), "one\t\ntwo\t\n:4");
    });
  });
  assert.equal(await complete(["up", "--kubeconfig", "/nonexistent", "--context", ""]), ":4");
});

Deno.test("an API server that refuses or does not answer leaves the answer empty, within the deadline", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  closed.close();
  const clusters = [silent, closed].map(({ addr }, i) => ({
    name: `c${i}`,
    cluster: { server: `http://127.0.0.1:${addr.port}` },
  }));
  const contexts = clusters.map(({ name }) => ({ name, context: { cluster: name } }));
  await withKubeconfig(JSON.stringify({ clusters, contexts }), async (file) => {
    for (const { name } of contexts) {
      const start = performance.now();
      assert.equal(
        await complete(["up", "--kubeconfig", file, "--context", name, "--namespace", ""], 300),
        ":4",
      );
      // The loading of the clients counts, too.
      assert.ok(performance.now() - start < 10_000, `${name}: ${performance.now() - start} ms`);
    }
  });
});
