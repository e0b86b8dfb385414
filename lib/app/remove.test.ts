import assert from "node:assert/strict";
import { obstacles } from "./remove.ts";

Deno.test("an app that runs, or that a bridge leads to, is not removed without a word", () => {
  const bridge = (name: string, app: string) =>
    ({ metadata: { name }, spec: { destination: { name: app } } }) as never;
  const bridges = [bridge("shop", "web"), bridge("shop-2", "web"), bridge("other", "api")];
  const table: [string, string, string[]][] = [
    ["free", "exited", []],
    ["free", "created", []],
    ["free", "running", ['app "free" is running']],
    ["free", "paused", ['app "free" is paused']],
    ["api", "exited", ['bridge "other" leads to app "api"']],
    ["web", "running", [
      'app "web" is running',
      'bridge "shop" leads to app "web"',
      'bridge "shop-2" leads to app "web"',
    ]],
  ];
  for (const [name, state, expected] of table) {
    assert.deepEqual(obstacles([{ name, state }], bridges), expected, `${name} ${state}`);
  }
});
