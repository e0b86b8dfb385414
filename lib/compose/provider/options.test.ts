import assert from "node:assert/strict";
import { cwd } from "node:process";
import { metadata, parseProvider } from "./options.ts";

const service = { project: "shop", service: "api" };
const parse = (texts: Record<string, string[]>) => parseProvider(service, texts);

Deno.test("a provider's options are those of x-gefyra, and the container", () => {
  const { settings, ...container } = parse({
    image: ["api:dev"],
    command: ["npm run 'my dev'"],
    environment: ["A=1", "B"],
    volume: ["./src:/src:ro", "cache:/cache"],
    publish: ["8080:80"],
    namespace: ["prod"],
    bridge: ["deployment/api"],
    port: ["80:8000", "90"],
  });
  assert.deepEqual(container, {
    image: "api:dev",
    command: ["npm", "run", "my dev"],
    env: ["A=1", "B"],
    volumes: [`${cwd()}/src:/src:ro`, "cache:/cache"],
    publish: ["8080:80"],
  });
  assert.equal(settings.namespace, "prod");
  assert.deepEqual(settings.bridge?.ports.map(({ local }) => local), [8000, 90]);
});

Deno.test("every problem is named, with the service", () => {
  const error = { id: "compose-invalid" };
  assert.throws(() => parse({}), {
    ...error,
    message: /project "shop": service "api": it needs image or like/,
  });
  assert.throws(() => parse({ image: ["a", "b"], mode: ["both"] }), (thrown: Error) => {
    assert.match(thrown.message, /mode must be .*; service "api": image is given more than once/);
    return true;
  });
});

Deno.test("Compose learns every option of up, and hands none to down", () => {
  const { up, down } = metadata();
  const names = up.parameters.map(({ name }) => name);
  for (const name of ["image", "environment", "like", "bridge", "match"]) {
    assert.ok(names.includes(name), name);
  }
  assert.equal(new Set(names).size, names.length);
  assert.ok(
    up.parameters.every(({ required, type, description }) => !required && type === "string" && description),
  );
  assert.deepEqual(down.parameters, []);
});
