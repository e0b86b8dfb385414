import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { GefyraError } from "../errors.ts";
import { schedule } from "./schedule.ts";
import { broken, type Finding, ok } from "./check-result.ts";

const later = <T>(milliseconds: number, value: T) => delay(milliseconds, value);

Deno.test("findings come in the order of the list, whichever check ends first", async () => {
  const { check, findings } = schedule();
  check({ id: "slow", title: "Slow", needs: {} }, () => later(20, { results: [ok("1")] }));
  check({ id: "fast", title: "Fast", needs: {} }, () => later(0, { results: [ok("2"), ok("3")] }));
  const told: Finding[] = [];
  const all = await findings((finding) => told.push(finding));
  assert.deepEqual(all.map(({ check, message }) => `${check} ${message}`), ["slow 1", "fast 2", "fast 3"]);
  assert.deepEqual(told, all);
});

Deno.test("a check gets the values that it needs, as soon as they are known", async () => {
  const { check, findings } = schedule();
  const first = check({ id: "a", title: "A", needs: {} }, () => later(5, { results: [ok("")], value: 20 }));
  const second = check({ id: "b", title: "B", needs: {} }, () => later(0, { results: [], value: 22 }));
  check(
    { id: "c", title: "C", needs: { first, second } },
    ({ first, second }) => Promise.resolve({ results: [ok(String(first + second))] }),
  );
  assert.equal((await findings(() => {})).at(-1)?.message, "42");
});

Deno.test("a check that needs a broken one is skipped, and names the first cause", async () => {
  const { check, findings } = schedule();
  const a = check<Record<never, never>, object>(
    { id: "a", title: "Docker", needs: {} },
    () => Promise.resolve({ results: [broken("gone", "start it")] }),
  );
  const b = check(
    { id: "b", title: "Cargo", needs: { a } },
    () => later(0, { results: [ok("")], value: {} }),
  );
  check({ id: "c", title: "DNS", needs: { b } }, () => later(0, { results: [ok("")] }));
  const found = (await findings(() => {})).map(({ verdict, message }) => `${verdict}: ${message}`);
  assert.deepEqual(found, [
    "broken: gone",
    "skipped: skipped: needs Docker",
    "skipped: skipped: needs Docker",
  ]);
});

Deno.test("an error is a finding with its remedy, and a missing right is not broken", async () => {
  const { check, findings } = schedule();
  const fail = (error: Error) => () => Promise.reject(error);
  check(
    { id: "a", title: "A", needs: {} },
    fail(new GefyraError("some", "Cannot do it", { hint: "do that" })),
  );
  check({ id: "b", title: "B", needs: {} }, fail(new GefyraError("forbidden", "Cannot see it")));
  check({ id: "c", title: "C", needs: {} }, fail(new Error("odd")));
  const found = (await findings(() => {})).map(({ verdict, message, remedy }) => [verdict, message, remedy]);
  assert.deepEqual(found, [
    ["broken", "Cannot do it", "do that"],
    ["skipped", "Cannot see it", undefined],
    ["broken", "odd", undefined],
  ]);
});

Deno.test("a check without an answer ends", async () => {
  const { check, findings } = schedule(10);
  const endless = check({ id: "a", title: "A", needs: {} }, () => later(200, { results: [ok("")] }));
  const [finding] = await findings(() => {});
  assert.deepEqual([finding?.verdict, finding?.message], ["broken", "no answer within 0.01 s"]);
  await endless;
  await later(200, undefined);
});
