import assert from "node:assert/strict";
import { appNames, type ComposeModel, gefyraServices, mountedPaths, withImages } from "./model.ts";

const model = (services: ComposeModel["services"]): ComposeModel => ({ name: "shop", services });

Deno.test("the services with x-gefyra are apps, by the names of their containers", () => {
  const services = {
    api: { image: "api", "x-gefyra": { namespace: "prod" } },
    web: { image: "web", container_name: "my-web", "x-gefyra": null },
    db: { image: "db" },
  };
  const found = gefyraServices(model(services));
  assert.deepEqual(
    found.map(({ service, container, settings }) => [service, container, settings.namespace]),
    [
      ["api", "shop-api-1", "prod"],
      ["web", "my-web", "default"],
    ],
  );
  assert.deepEqual(appNames(model(services)).map(({ container }) => container), ["shop-api-1", "my-web"]);
});

Deno.test("the problems of all services are named at once", () => {
  const refused = (services: ComposeModel["services"], ...expected: RegExp[]) => {
    for (const one of expected) {
      assert.throws(() => gefyraServices(model(services)), (error: Error & { id: string }) => {
        assert.equal(error.id, "compose-invalid");
        assert.match(error.message, one);
        return true;
      });
    }
  };
  const app = { "x-gefyra": {} };
  refused({ db: { image: "db" } }, /Cannot use project "shop": no service has x-gefyra/);
  refused(
    { a: { ...app, network_mode: "host" }, b: { ...app, scale: 2 } },
    /service "a": network_mode host excludes/,
    /service "b": it has 2 containers/,
  );
  refused({ a: { ...app, deploy: { replicas: 3 } } }, /it has 3 containers/);
  refused({ a: { ...app, provider: { type: "gefyra" } } }, /it has a provider/);
  refused({ a: { "x-gefyra": { mode: "both" } } }, /service "a": mode must be/);
});

Deno.test("a service without an image gets a name for one, which nobody pulls when it is removed", () => {
  const { services } = withImages(model({ a: {}, b: { build: {} }, c: { image: "x" }, d: { provider: {} } }));
  assert.deepEqual(services, { a: { image: "a" }, b: { build: {} }, c: { image: "x" }, d: { provider: {} } });
});

Deno.test("a service mounts its volumes and tmpfs", () => {
  assert.deepEqual(mountedPaths(undefined), []);
  assert.deepEqual(mountedPaths({ volumes: [{ target: "/a" }], tmpfs: ["/b:size=1m", "/c"] }), [
    "/a",
    "/b",
    "/c",
  ]);
});
