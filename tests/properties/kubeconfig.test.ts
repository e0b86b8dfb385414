/** A kubeconfig may come from anybody: it is read, or refused with a reason. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { chooseContext } from "../../lib/kube/kubeconfig-context.ts";
import { mergeKubeconfigs, readKubeconfig } from "../../lib/kube/kubeconfig.ts";

const read = (source: string) =>
  chooseContext(mergeKubeconfigs([readKubeconfig(source, "/none/config")]), undefined);

/** Faults of the program, as opposed to reasons. */
const FAULTS = [TypeError, RangeError, ReferenceError];

function assertReadOrRefused(source: string): void {
  try {
    read(source);
  } catch (error) {
    assert.ok(error instanceof Error && error.message, `${JSON.stringify(source)}: ${error}`);
    assert.ok(!FAULTS.some((fault) => error instanceof fault), `${JSON.stringify(source)}: ${error.stack}`);
  }
}

Deno.test("any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 500 }), assertReadOrRefused), {
    numRuns: 1_000,
  });
});

Deno.test("any value in the place of any field", () => {
  const value = fc.jsonValue({ maxDepth: 2 });
  const entry = (inner: string, keys: string[]) =>
    fc.oneof(
      value,
      fc.record({
        name: fc.oneof(fc.constant("a"), value),
        [inner]: fc.oneof(value, fc.dictionary(fc.constantFrom(...keys), value)),
      }),
    );
  const config = fc.record({
    apiVersion: fc.oneof(fc.constant("v1"), value),
    "current-context": fc.oneof(fc.constant("a"), value),
    contexts: fc.oneof(fc.array(entry("context", ["cluster", "user", "namespace"]), { maxLength: 3 }), value),
    clusters: fc.oneof(
      fc.array(entry("cluster", ["server", "certificate-authority-data", "proxy-url", "tls-server-name"]), {
        maxLength: 3,
      }),
      value,
    ),
    users: fc.oneof(
      fc.array(entry("user", ["token", "exec", "client-certificate-data", "as-groups", "as-user-extra"]), {
        maxLength: 3,
      }),
      value,
    ),
  }, { requiredKeys: [] });
  fc.assert(fc.property(config, (config) => assertReadOrRefused(stringify(config))), { numRuns: 500 });
});
