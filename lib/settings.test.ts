import assert from "node:assert/strict";
import {
  checkSettings,
  containerSettings,
  DOCTOR_LIFETIME_S,
  KEEPALIVE_S,
  operatorSettings,
  secondsOf,
  SHORTEST_DISCONNECT_TIMEOUT_S,
  SUSPEND_AFTER_S,
  unusual,
} from "./settings.ts";

Deno.test("a setting is a whole number of seconds, else the usual one counts", () => {
  const table: [text: string | undefined, seconds: number][] = [
    [undefined, 5],
    ["", 5],
    ["2", 2],
    ["60", 60],
    ["0", 5],
    ["-1", 5],
    ["2.5", 5],
    ["2s", 5],
    ["1000000", 5],
  ];
  for (const [text, seconds] of table) {
    assert.equal(secondsOf("GEFYRA_KEEPALIVE", { GEFYRA_KEEPALIVE: text }), seconds, `${text}`);
  }
});

Deno.test("what is as usual is not handed on", () => {
  assert.deepEqual(unusual({}), []);
  assert.deepEqual(unusual({ GEFYRA_KEEPALIVE: "5", GEFYRA_SUSPEND_AFTER: "8", PATH: "/bin" }), [
    { name: "GEFYRA_SUSPEND_AFTER", value: "8" },
  ]);
});

Deno.test("without an environment the waits are the documented ones", () => {
  assert.deepEqual(
    [KEEPALIVE_S, SUSPEND_AFTER_S, DOCTOR_LIFETIME_S, SHORTEST_DISCONNECT_TIMEOUT_S],
    [5, 18, 60, 30],
  );
  assert.deepEqual([operatorSettings, containerSettings], [[], []]);
});

Deno.test("a setting that is no number of seconds is refused, with its name and value", () => {
  checkSettings({});
  checkSettings({ GEFYRA_KEEPALIVE: "", GEFYRA_SUSPEND_AFTER: "8", PATH: "2s" });
  assert.throws(() => checkSettings({ GEFYRA_KEEPALIVE: "2s", GEFYRA_RELAY_IDLE: "0" }), {
    id: "setting-invalid",
    message: 'Cannot use GEFYRA_KEEPALIVE="2s", GEFYRA_RELAY_IDLE="0": not a whole number of seconds',
  });
});
