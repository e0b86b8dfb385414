import assert from "node:assert/strict";
import { parse } from "yaml";
import { isEmpty, withContext, withoutContext } from "./kubeconfig.ts";

const credentials = {
  server: "https://127.0.0.1:1",
  certificateAuthority: "Y2E=",
  certificate: "Y3J0",
  key: "a2V5",
};

const others = `# mine
apiVersion: v1
kind: Config
current-context: work
clusters:
  - name: work # the real one
    cluster: { server: https://work }
users:
  - name: work
    user: {}
contexts:
  - name: work
    context: { cluster: work, user: work }
`;

Deno.test("a context is added to an empty file and becomes current", () => {
  const merged = parse(withContext("", "gefyra-lab", credentials));
  assert.equal(merged["current-context"], "gefyra-lab");
  assert.equal(merged.kind, "Config");
  assert.deepEqual(merged.clusters[0].cluster, {
    server: "https://127.0.0.1:1",
    "certificate-authority-data": "Y2E=",
  });
  assert.deepEqual(merged.users[0].user, { "client-certificate-data": "Y3J0", "client-key-data": "a2V5" });
});

Deno.test("the original content is restored byte by byte", () => {
  const merged = withContext(others, "gefyra-lab", credentials);
  assert.equal(parse(merged)["current-context"], "gefyra-lab");
  assert.equal(parse(merged).contexts.length, 2);
  assert.equal(withoutContext(merged, "gefyra-lab"), others);
});

Deno.test("a second call only replaces the context, and keeps the previous current one", () => {
  const again = { ...credentials, server: "https://127.0.0.1:2" };
  const merged = withContext(withContext(others, "gefyra-lab", credentials), "gefyra-lab", again);
  assert.equal(parse(merged).clusters.length, 2);
  assert.equal(parse(merged).clusters[1].cluster.server, "https://127.0.0.1:2");
  assert.equal(withoutContext(merged, "gefyra-lab"), others);
});

Deno.test("a context that the user chose meanwhile stays current", () => {
  const merged = withContext(others, "gefyra-lab", credentials);
  const chosen = merged.replace("current-context: gefyra-lab", "current-context: work");
  assert.equal(parse(withoutContext(chosen, "gefyra-lab"))["current-context"], "work");
});

Deno.test("a previous context that no longer exists does not become current", () => {
  const two = withContext(withContext(others, "gefyra-a", credentials), "gefyra-b", credentials);
  const left = parse(withoutContext(withoutContext(two, "gefyra-a"), "gefyra-b"));
  assert.equal(left["current-context"], "");
  assert.deepEqual(left.contexts.map(({ name }: { name: string }) => name), ["work"]);
});

Deno.test("a file without the context is left alone", () => {
  assert.equal(withoutContext(others, "gefyra-lab"), others);
  assert.equal(withoutContext("", "gefyra-lab"), "");
});

Deno.test("lists that are null or missing count as empty", () => {
  const merged = parse(
    withContext("apiVersion: v1\nkind: Config\nclusters: null\n", "gefyra-lab", credentials),
  );
  assert.equal(merged.clusters.length, 1);
  assert.equal(merged.users.length, 1);
});

Deno.test("a file that held only labs is empty in the end", () => {
  assert.equal(isEmpty(withoutContext(withContext("", "gefyra-lab", credentials), "gefyra-lab")), true);
  assert.equal(isEmpty(others), false);
});
