import assert from "node:assert/strict";
import { checkObjectName } from "./object-names.ts";

Deno.test("names that the API server takes pass", () => {
  for (const name of ["a", "my-app", "my.app-2", "0", "a".repeat(253)]) checkObjectName("bridge", name);
});

Deno.test("what would become another path, or is no name, is refused", () => {
  for (
    const name of [
      "",
      "..",
      ".",
      "a/b",
      "a?b",
      "a%2fb",
      "A",
      "-a",
      "a-",
      "a b",
      "$(id)",
      "a".repeat(254),
      "a\n",
    ]
  ) {
    assert.throws(() => checkObjectName("bridge", name), { id: "name-invalid", exit: "usage" }, name);
  }
});
