import assert from "node:assert/strict";
import { limitsIn, limitText, unusualLimits } from "./limits.ts";
import { checkSettings } from "./settings.ts";

Deno.test("a limit is a whole number, else the usual one counts", () => {
  for (const [text, value] of [["7", 7], ["0", 50], ["-1", 50], ["x", 50], ["100000", 50]] as const) {
    assert.equal(limitsIn({ GEFYRA_BRIDGES_PER_CLIENT: text }).GEFYRA_BRIDGES_PER_CLIENT, value, text);
  }
});

Deno.test("the usual limits leave room for a hundred clients, and only others are passed on", () => {
  const usual = limitsIn({});
  assert.ok(100 * usual.GEFYRA_PORTS_PER_CLIENT <= 20_000);
  assert.ok(usual.GEFYRA_PORTS_PER_BRIDGE <= 64);
  assert.deepEqual(unusualLimits(usual), []);
  assert.deepEqual(unusualLimits(limitsIn({ GEFYRA_CLIENTS_PER_USER: "3" })), [
    { name: "GEFYRA_CLIENTS_PER_USER", value: "3" },
  ]);
});

Deno.test("a limit that is no number is refused", () => {
  assert.throws(() => checkSettings({ GEFYRA_CLIENTS_PER_USER: "many" }), {
    message: 'Cannot use GEFYRA_CLIENTS_PER_USER="many": not a whole number',
  });
});

Deno.test("whoever meets a limit reads its name and value", () => {
  assert.match(
    limitText('client "me"', "bridges", "GEFYRA_BRIDGES_PER_CLIENT", limitsIn({})),
    /^client "me" may have 50 bridges: .*raise GEFYRA_BRIDGES_PER_CLIENT in/,
  );
});
