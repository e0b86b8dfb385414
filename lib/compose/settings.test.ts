import assert from "node:assert/strict";
import { parseSettings } from "./settings.ts";

const parse = (raw: unknown) => {
  const problems: string[] = [];
  return { settings: parseSettings(raw, problems), problems };
};

Deno.test("a service says of the cluster as little as it likes", () => {
  const nothing = { namespace: "default", like: undefined, files: undefined, bridge: undefined };
  for (const raw of [null, {}]) assert.deepEqual(parse(raw), { settings: nothing, problems: [] });
});

Deno.test("all that a service may say, as one text or a list", () => {
  const { settings, problems } = parse({
    namespace: "shop",
    like: "deploy/api",
    sync: "volumes",
    "sync-back": ["/data:/out"],
    bridge: true,
    port: ["80:8000", 443],
    match: ["header:x-user=alice", "path:/api", "or", "method:get"],
    mode: "beside",
  });
  assert.deepEqual(problems, []);
  const target = { kind: "Deployment", name: "api", container: undefined };
  assert.deepEqual(settings.like, target);
  assert.equal(settings.files?.files?.target.name, "api");
  assert.deepEqual(settings.files?.files?.wanted.map(({ remote, local, back }) => [remote, local, back]), [
    ["volumes", "volumes", false],
    ["/data", "/out", true],
  ]);
  assert.deepEqual(settings.bridge?.target, target);
  assert.deepEqual(settings.bridge?.ports.map(({ remote, local }) => [remote, local]), [[80, 8000], [
    443,
    443,
  ]]);
  assert.deepEqual(settings.bridge?.match?.map(({ length }) => length), [2, 1]);
  assert.equal(settings.bridge?.mode, "beside");
});

Deno.test("a bridge may lead from another workload than the one it is like", () => {
  const { settings, problems } = parse({ like: "deploy/api", bridge: "service/front/web" });
  assert.deepEqual(problems, []);
  assert.deepEqual(settings.bridge?.target, { kind: "Service", name: "front", container: "web" });
});

Deno.test("bridge: false is none", () => {
  assert.deepEqual(parse({ bridge: false }).settings.bridge, undefined);
  assert.deepEqual(parse({ bridge: false }).problems, []);
});

Deno.test("every problem is named", () => {
  const cases: [unknown, RegExp][] = [
    ["shop", /it must have settings: namespace, like/],
    [["namespace"], /it must have settings/],
    [{ nmespace: "shop" }, /nmespace is unknown/],
    [{ namespace: "Shop" }, /namespace "Shop" is not a valid name/],
    [{ namespace: ["a", "b"] }, /namespace is given more than once/],
    [{ like: { name: "x" } }, /like must be a text/],
    [{ like: "cronjob/x" }, /"cronjob" is not a kind/],
    [{ sync: "etc" }, /"etc" is not REMOTE/],
    [{ sync: "/etc" }, /not said of which container/],
    [{ bridge: true }, /bridge: true needs like/],
    [{ port: "80" }, /port without bridge/],
    [{ match: "path:/", mode: "beside" }, /match, mode without bridge/],
    [{ bridge: "deploy/a", port: "x" }, /Cannot bridge port "x"/],
    [{ bridge: "deploy/a", match: ["path:/", "or"] }, /a group needs at least one rule/],
    [{ bridge: "deploy/a", mode: "both" }, /mode must be beside or replace/],
  ];
  for (const [raw, expected] of cases) {
    const { problems } = parse(raw);
    assert.match(problems.join("; "), expected, JSON.stringify(raw));
  }
  assert.equal(parse({ namespace: "Shop", like: "x", mode: "both", port: "80" }).problems.length, 4);
});
