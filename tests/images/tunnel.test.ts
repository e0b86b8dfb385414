import assert from "node:assert/strict";
import { imageOf } from "../../lib/images.ts";
import { docker, eventually, exec, sandbox, STOPS_MS, stopTime, tryDocker } from "../docker.ts";
import { apply, ask, corefile, PORT, resolve, status, tunnel } from "./tunnel.ts";

const KNOWN = "hello.default.svc.cluster.local", LATER = "later.default.svc.cluster.local";

Deno.test("Cargo and Stowaway hold a tunnel", async (t) => {
  await using ends = await tunnel();
  const { cargo, stowaway, app, pod, addresses, files } = ends;
  const fromPod = () => ask(pod, addresses.stowaway, PORT.stowaway);
  const fromApp = () => ask(app, addresses.pod, PORT.pod);

  await t.step("it comes up with a handshake", async () => {
    assert.deepEqual(await apply(stowaway, "stowaway", files.stowaway), {
      code: 0,
      stdout: "applied: nftables wireguard network health",
      stderr: "",
    });
    const applied = await apply(cargo, "cargo", files.cargo);
    assert.equal(applied.stdout, "applied: dns nftables wireguard network", applied.stderr);
    await eventually(async () => {
      for (const [container, program] of [[cargo, "cargo"], [stowaway, "stowaway"]] as const) {
        const { peers: [peer], mtu, device, publicKey } = await status(container, program);
        assert.ok(peer && peer.latestHandshake > 0, `${program} has no handshake`);
        assert.equal(mtu, 1420);
        assert.match(device, /^(kernel|wireguard-go)$/);
        assert.match(publicKey, /^[\w+/]{43}=$/);
      }
    });
  });

  await t.step("a pod reaches the app, an app reaches the pod", async () => {
    assert.equal(await fromPod(), "app saw 198.18.0.1");
    assert.equal(await fromApp(), `pod saw ${addresses.stowaway}`);
  });

  await t.step("who asks an app that has stopped is soon told so", async () => {
    await docker(["stop", "--time", "1", app]);
    const connect = `exec 3<>/dev/tcp/${addresses.stowaway}/${PORT.stowaway}`;
    await eventually(async () => {
      const start = performance.now();
      const { stderr } = await tryDocker(["exec", pod, "timeout", "5", "bash", "-c", connect]);
      assert.match(stderr, /No route to host/);
      assert.ok(performance.now() - start < 1500, `after ${performance.now() - start} ms`);
    });
    await docker(["start", app]);
    await eventually(async () => assert.match(await fromPod(), /^app saw/));
  });

  await t.step("the app's names are answered by CoreDNS", async () => {
    assert.equal(await resolve(app, KNOWN), "10.96.0.77");
  });

  await t.step("the same state again touches nothing, also twice at once", async () => {
    const both = await Promise.all([
      apply(cargo, "cargo", files.cargo),
      apply(cargo, "cargo", files.cargo),
      apply(stowaway, "stowaway", files.stowaway),
    ]);
    assert.deepEqual(both.map(({ stdout }) => stdout), ["unchanged", "unchanged", "unchanged"]);
  });

  await t.step("a changed part is applied alone", async () => {
    const changed = await apply(cargo, "cargo", { ...files.cargo, Corefile: corefile(LATER) });
    assert.equal(changed.stdout, "applied: dns", changed.stderr);
    assert.equal(await resolve(app, LATER), "10.96.0.77");
    assert.equal((await apply(cargo, "cargo", files.cargo)).stdout, "applied: dns");
  });

  await t.step("a broken state is refused and the old one stays", async () => {
    const broken: [string, string, RegExp][] = [
      [
        "wireguard.conf",
        "[Interface]\nColour = blue\n",
        /wireguard\.conf refused, nothing changed: .*Colour/,
      ],
      ["nftables.conf", "table ip gefyra { chain\n", /nftables\.conf refused, nothing changed/],
      ["network.conf", "ADDRESS=198.18.1.3/24;reboot\nMTU=1420\n", /network\.conf refused.*reboot/],
      ["Corefile", ".:53 {\n  telepathy\n}\n", /telepathy[^]*Corefile refused, the old state is back/],
      ["extra.conf", "", /unknown file extra\.conf/],
    ];
    for (const [name, content, message] of broken) {
      // Another part that differs, too: it must not be taken alone.
      const nftables = `${files.cargo["nftables.conf"]}# another\n`;
      const refused = await apply(cargo, "cargo", {
        ...files.cargo,
        "nftables.conf": nftables,
        [name]: content,
      });
      assert.notEqual(refused.code, 0, name);
      assert.match(refused.stderr, message);
    }
    const { Corefile: _, ...incomplete } = files.cargo;
    assert.match((await apply(cargo, "cargo", incomplete)).stderr, /Corefile is missing/);
    assert.equal(await fromPod(), "app saw 198.18.0.1");
    assert.equal(await resolve(app, KNOWN), "10.96.0.77");
    assert.equal((await apply(cargo, "cargo", files.cargo)).stdout, "unchanged");
  });

  await t.step("a restart of Cargo brings all of it back", async () => {
    await docker(["restart", "--time", "5", cargo]);
    await eventually(async () => assert.equal(await fromPod(), "app saw 198.18.0.1"));
    assert.equal(await fromApp(), `pod saw ${addresses.stowaway}`);
    await eventually(async () => assert.equal(await resolve(app, KNOWN), "10.96.0.77"));
    assert.equal((await apply(cargo, "cargo", files.cargo)).stdout, "unchanged");
  });

  await t.step("a restarted Stowaway waits for its state", async () => {
    await docker(["restart", "--time", "5", stowaway]);
    assert.deepEqual((await status(stowaway, "stowaway")).peers, []);
    await apply(stowaway, "stowaway", files.stowaway);
    await eventually(async () => assert.equal(await fromPod(), "app saw 198.18.0.1"), 20_000);
  });

  await t.step("no private key is shown", async () => {
    const shown = await docker(["inspect", cargo, stowaway]) + await docker(["logs", cargo]) +
      await docker(["logs", stowaway]);
    for (const key of [ends.privateKey, await exec(cargo, "cat", "/var/lib/cargo/private.key")]) {
      assert.ok(!shown.includes(key));
    }
    assert.equal(await exec(cargo, "stat", "-c", "%a", "/var/lib/cargo/private.key"), "600");
    assert.equal(await exec(cargo, "stat", "-c", "%a", "/var/lib/cargo"), "700");
  });

  await t.step("both stop within a second", async () => {
    for (const container of [cargo, stowaway]) assert.ok(await stopTime(container) < STOPS_MS, container);
  });
});

Deno.test("the path is measured: what it tells, and what it drops without a word", async (t) => {
  await using ends = await tunnel();
  const { cargo, stowaway, files } = ends;
  await apply(stowaway, "stowaway", files.stowaway);
  await apply(cargo, "cargo", files.cargo);
  const measure = async () => JSON.parse(await exec(cargo, "cargo", "measure", "1420"));
  await eventually(measure);

  await t.step("a wide one carries the most that is used", async () => {
    const { mtu, latencyMs } = await measure();
    assert.equal(mtu, 1420);
    assert.ok(latencyMs > 0 && latencyMs < 100, `${latencyMs} ms`);
  });

  await t.step("a narrow device is known, and so is 16 the step", async () => {
    const route = await exec(cargo, "ip", "route", "get", ends.addresses.stowaway, "mark", "51820");
    const device = route.match(/ dev (\S+)/)?.[1] ?? "";
    await exec(cargo, "ip", "link", "set", device, "mtu", "1280");
    assert.equal((await measure()).mtu, 1216);
    await exec(cargo, "ip", "link", "set", device, "mtu", "1500");
  });

  await t.step("a line that drops without a word is found by looking", async () => {
    await exec(stowaway, "ip", "link", "set", "eth0", "mtu", "1310");
    assert.equal((await measure()).mtu, 1248);
    await exec(stowaway, "ip", "link", "set", "eth0", "mtu", "1500");
  });

  await t.step("measuring changes nothing", async () => {
    assert.equal((await status(cargo, "cargo")).mtu, 1420);
    assert.equal((await apply(cargo, "cargo", files.cargo)).stdout, "unchanged");
  });
});

Deno.test("answers to whoever came past Cargo go back over the bridge", async () => {
  await using ends = await tunnel({ router: true });
  const { cargo, stowaway, app, addresses, files, router } = ends;
  await apply(stowaway, "stowaway", files.stowaway);
  await apply(cargo, "cargo", files.cargo);
  await eventually(async () =>
    assert.equal(await ask(ends.pod, addresses.stowaway, PORT.stowaway), "app saw 198.18.0.1")
  );
  // As a client of a published port: an address from elsewhere, the first packet straight to the app.
  await exec(router, "ip", "address", "add", "10.99.0.5/32", "dev", "lo");
  await exec(router, "ip", "route", "replace", `${addresses.app}/32`, "dev", "eth0", "src", "10.99.0.5");
  assert.equal(await ask(router, addresses.app, PORT.app), "app saw 10.99.0.5");
  assert.equal(await ask(app, addresses.pod, PORT.pod), `pod saw ${addresses.stowaway}`);
});

Deno.test("Stowaway says why it cannot start where nothing is forwarded", async () => {
  await using box = sandbox();
  const options = ["--cap-add", "NET_ADMIN", "--sysctl", "net.ipv4.ip_forward=0"];
  const container = await box.run("stowaway", options, imageOf("stowaway"));
  assert.equal(await docker(["wait", container]), "1");
  const { stderr } = await tryDocker(["logs", container]);
  assert.equal(stderr, "stowaway: cannot forward: net.ipv4.ip_forward is 0 in this pod");
});
