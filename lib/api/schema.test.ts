import assert from "node:assert/strict";
import { Optional, type Static } from "typebox";
import { either, integer, list, object, oneOf, port, protocol, reported, text } from "./schema.ts";

/** As the API server gets it. */
const written = (schema: unknown) => JSON.parse(JSON.stringify(schema));

Deno.test("an object requires what is neither optional nor has a default", () => {
  const schema = object({ name: text(), port: Optional(port()), protocol: protocol() }, { description: "d" });
  assert.deepEqual(written(schema), {
    type: "object",
    properties: {
      name: { type: "string", maxLength: 253 },
      port: { type: "integer", minimum: 1, maximum: 65535 },
      protocol: { type: "string", enum: ["TCP", "UDP"], default: "TCP", maxLength: 3 },
    },
    required: ["name"],
    description: "d",
  });
  // Those who read find the default there.
  const value: Static<typeof schema> = { name: "a", protocol: "TCP" };
  assert.equal(value.port, undefined);
});

Deno.test("nothing is required of a status, nor is an empty list of what is", () => {
  const schema = reported({ count: integer(), names: list(text({ maxLength: 9 })) });
  const names = { type: "array", items: { type: "string", maxLength: 9 } };
  assert.deepEqual(written(schema), { type: "object", properties: { count: { type: "integer" }, names } });
  assert.equal("required" in written(object({ count: Optional(integer()) })), false);
});

Deno.test("one of several objects has the properties of all, and requires what all require", () => {
  const circle = object({ kind: oneOf(["circle"]), radius: integer() });
  const square = object({ kind: oneOf(["square", "box"]), side: integer(), name: Optional(text()) });
  const { properties, required } = written(either([circle, square]));
  assert.deepEqual(Object.keys(properties), ["kind", "radius", "side", "name"]);
  assert.deepEqual(properties.kind.enum, ["circle", "square", "box"]);
  assert.deepEqual(required, ["kind"]);
});

Deno.test("a property that two of several objects have is the same in both but for its values", () => {
  const one = object({ value: text({ maxLength: 9 }) }), other = object({ value: text() });
  assert.throws(() => either([one, other]), /"value"/);
});
