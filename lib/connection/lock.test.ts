import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { silentSteps, type Steps } from "../steps.ts";
import { lockPath, withLock } from "./lock.ts";

/** Unlike that of any connection. */
const name = () => `test-${crypto.randomUUID().slice(0, 8)}`;
function recorded() {
  const titles: string[] = [];
  const steps: Steps = {
    debug: () => {},
    step: (title, work) => {
      titles.push(title);
      return work(() => {});
    },
  };
  return { steps, titles };
}

Deno.test("two commands on one connection run one after the other, and the waiting one names the other", async () => {
  const connection = name(), order: string[] = [], { steps, titles } = recorded();
  const begun = Promise.withResolvers<void>();
  const first = withLock(connection, { command: "up", steps: silentSteps }, async () => {
    order.push("first begins");
    begun.resolve();
    await delay(500);
    order.push("first ends");
  });
  await begun.promise;
  await Promise.all([
    first,
    withLock(connection, { command: "down", steps }, () => {
      order.push("second");
      return Promise.resolve();
    }),
  ]);
  assert.deepEqual(order, ["first begins", "first ends", "second"]);
  assert.deepEqual(titles, [`Waiting for \`gefyra up\` (process ${Deno.pid})`]);
});

Deno.test("commands on two connections do not wait for each other, and no lock file stays", async () => {
  const names = [name(), name()];
  let both = 0;
  await Promise.all(names.map((one) =>
    withLock(one, { command: "up", steps: silentSteps }, async () => {
      both++;
      while (both < 2) await delay(10);
    })
  ));
  for (const one of names) await assert.rejects(Deno.stat(lockPath(one)));
});

Deno.test("a command that waits too long names the other one", async () => {
  const connection = name();
  const begun = Promise.withResolvers<void>(), end = Promise.withResolvers<void>();
  const first = withLock(connection, { command: "up", steps: silentSteps }, () => {
    begun.resolve();
    return end.promise;
  });
  await begun.promise;
  const late = withLock(
    connection,
    { command: "down", steps: silentSteps, timeout: 200 },
    () => Promise.resolve(),
  );
  await assert.rejects(late, {
    id: "connection-busy",
    message: `Cannot use connection "${connection}": \`gefyra up\` (process ${Deno.pid}) is using it`,
  });
  end.resolve();
  await first;
});

Deno.test("a failure releases the lock", async () => {
  const connection = name();
  const work = () => Promise.reject(new Error("no"));
  await assert.rejects(withLock(connection, { command: "up", steps: silentSteps }, work), /no/);
  assert.equal(
    await withLock(connection, { command: "up", steps: silentSteps }, () => Promise.resolve(1)),
    1,
  );
});

Deno.test("a killed process releases its lock", async () => {
  const connection = name();
  const script = `import { withLock } from "${new URL("lock.ts", import.meta.url)}";
    const steps = { step: (_, work) => work(() => {}), debug: () => {} };
    await withLock("${connection}", { command: "up", steps }, async () => {
      console.log("in turn");
      await delay(60_000);
    });`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", script], stdout: "piped" }).spawn();
  for await (const chunk of child.stdout) {
    if (new TextDecoder().decode(chunk).includes("in turn")) break;
  }
  child.kill("SIGKILL");
  await child.status;
  const after = withLock(
    connection,
    { command: "down", steps: silentSteps, timeout: 1_000 },
    () => Promise.resolve("done"),
  );
  assert.equal(await after, "done");
});

Deno.test("commands with a shared lock run side by side, and a removal waits for them", async () => {
  const connection = name(), order: string[] = [];
  let both = 0;
  const share = (ends: number) =>
    withLock(connection, { command: "bridge", steps: silentSteps, shared: true }, async () => {
      both++;
      while (both < 2) await delay(10);
      await delay(ends);
      order.push("bridge");
    });
  const shared = [share(300), share(600)];
  while (both < 2) await delay(10);
  const down = withLock(
    connection,
    { command: "down", steps: silentSteps },
    () => Promise.resolve(order.push("down")),
  );
  await Promise.all([...shared, down]);
  assert.deepEqual(order, ["bridge", "bridge", "down"]);
  await assert.rejects(Deno.stat(lockPath(connection)));
});

Deno.test("many commands at once never overlap, although each removes the lock file", async () => {
  const connection = name();
  let now = 0, most = 0;
  const work = async () => {
    most = Math.max(most, ++now);
    await delay(0);
    now--;
  };
  const often = async () => {
    for (let i = 0; i < 30; i++) await withLock(connection, { command: "up", steps: silentSteps }, work);
  };
  await Promise.all([often(), often(), often(), often()]);
  assert.equal(most, 1);
});

Deno.test("a link in place of the lock is not used, and its target is not written", async () => {
  const connection = name(), file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "mine");
    await Deno.symlink(file, lockPath(connection));
    const done = await withLock(
      connection,
      { command: "up", steps: silentSteps },
      () => Promise.resolve("done"),
    );
    assert.equal(done, "done");
    assert.equal(await Deno.readTextFile(file), "mine");
    assert.equal(await Deno.readLink(lockPath(connection)), file);
  } finally {
    await Deno.remove(lockPath(connection));
    await Deno.remove(file);
  }
});
