import assert from "node:assert/strict";
import type { GefyraError } from "../errors.ts";
import { connectCluster } from "./kubernetes.ts";

interface Seen {
  path: string;
  headers: Headers;
}

/** A server without TLS, and a kubeconfig that leads there with a token. */
async function serving(answer: string, work: (kubeconfig: string, seen: Seen[]) => Promise<void>) {
  const seen: Seen[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    seen.push({ path: new URL(request.url).pathname, headers: new Headers(request.headers) });
    return new Response(answer);
  });
  const kubeconfig = await Deno.makeTempFile();
  const { port } = server.addr;
  const text = JSON.stringify({
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}/prefix/` } }],
    users: [{ name: "u", user: { token: "secret", as: "you" } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u", namespace: "shop" } }],
  });
  await Deno.writeTextFile(kubeconfig, text);
  try {
    await work(kubeconfig, seen);
  } finally {
    await server.shutdown();
    await Deno.remove(kubeconfig);
  }
}

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("a server without TLS is reached below its path, and gets no credentials", options, async () => {
  await serving('{"gitVersion": "v1.34.4"}', async (kubeconfig, seen) => {
    const cluster = await connectCluster({ kubeconfig });
    assert.equal(await cluster.version(), "v1.34.4");
    assert.deepEqual([cluster.context, cluster.namespace], ["c", "shop"]);
    assert.deepEqual(
      seen.map(({ path, headers }) => [path, headers.get("Authorization"), headers.get("Impersonate-User")]),
      [["/prefix/version", null, "you"]],
    );
  });
});

Deno.test("a response that is not an API server's is reported", options, async () => {
  await serving("<html>Please log in</html>", async (kubeconfig) => {
    const cluster = await connectCluster({ kubeconfig });
    await assert.rejects(cluster.version(), (error: GefyraError) => {
      assert.match(error.message, /the server is not an API server: it answers "<html>Please log in/);
      return error.id === "api-error";
    });
  });
});
