import assert from "node:assert/strict";
import { defaultImages } from "../../lib/images.ts";
import { withNeeds } from "./build.ts";
import { contentOfRecipe, recipesFor } from "./recipes.ts";

Deno.test("an image is built after those that it contains, each once", () => {
  const recipes = recipesFor(defaultImages);
  assert.deepEqual(withNeeds(["lab", "pause"], recipes), ["pause", "coredns", "lab"]);
});

Deno.test("an image that contains others changes with their names", async () => {
  const content = async (tag: string) => await contentOfRecipe(recipesFor({ ...defaultImages, tag }).lab);
  assert.equal(await content("1"), await content("1"));
  assert.notEqual(await content("1"), await content("2"));
});

Deno.test("an image that contains none has the same content under every name", async () => {
  const content = async (tag: string) => await contentOfRecipe(recipesFor({ ...defaultImages, tag }).pause);
  assert.equal(await content("1"), await content("2"));
});
