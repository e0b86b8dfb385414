import assert from "node:assert/strict";
import type { KubernetesObject } from "../api/objects.ts";
import { ApiError } from "./api-errors.ts";
import { allPages, type PageOf } from "./pages.ts";

const named = (name: string): KubernetesObject => ({ metadata: { name } });

/** A collection that answers each request in turn; an error is thrown. */
function collection(answers: ([names: string[], next?: string] | Error)[]) {
  const asked: (string | undefined)[] = [];
  const page: PageOf<KubernetesObject> = ({ continue: from }) => {
    asked.push(from);
    const answer = answers.shift();
    if (answer instanceof Error) return Promise.reject(answer);
    if (!answer) return Promise.resolve(undefined);
    const [names, next] = answer;
    const metadata = { resourceVersion: "7", ...(next ? { continue: next } : {}) };
    return Promise.resolve({ items: names.map(named), metadata });
  };
  return { asked, page };
}

const same = (object: KubernetesObject) => object;

Deno.test("all pages of a collection are read, each object is reduced as it comes", async () => {
  const { asked, page } = collection([[["a", "b"], "more"], [["c"]]]);
  const found = await allPages(page, ({ metadata }) => named(`${metadata?.name}!`));
  assert.deepEqual(found?.items.map(({ metadata }) => metadata?.name), ["a!", "b!", "c!"]);
  assert.equal(found?.metadata?.resourceVersion, "7");
  assert.deepEqual(asked, [undefined, "more"]);
});

Deno.test("a list whose version expires starts over, but not for ever", async () => {
  const expired = () => new ApiError(410, "too old");
  const { asked, page } = collection([[["a"], "more"], expired(), [["a", "b"]]]);
  assert.equal((await allPages(page, same))?.items.length, 2);
  assert.deepEqual(asked, [undefined, "more", undefined]);
  await assert.rejects(allPages(collection(Array.from({ length: 9 }, expired)).page, same), { code: 410 });
});

Deno.test("a collection that does not exist is undefined", async () => {
  assert.equal(await allPages(collection([]).page, same), undefined);
});
