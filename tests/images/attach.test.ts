/** A container that Gefyra did not start, attached and left again, on real networks and a real tunnel. */
import assert from "node:assert/strict";
import { attachedApps, attachHelpers } from "../../lib/app/attach/attached.ts";
import { attachHelper, attachHelperOf } from "../../lib/app/attach/helper.ts";
import { joinNetwork } from "../../lib/app/attach/join.ts";
import { undoAttach } from "../../lib/app/attach/undo.ts";
import { hostIn, hosts } from "../../lib/config/addresses.ts";
import { stowawayFiles } from "../../lib/config/stowaway.ts";
import type { Connection } from "../../lib/connection/connection.ts";
import { connectEngine } from "../../lib/docker/dockerode.ts";
import type { GefyraError } from "../../lib/errors.ts";
import { imageOf } from "../../lib/images.ts";
import { CONNECTION_LABEL, ROLE_LABEL, STOWAWAY_TUNNEL_ADDRESS } from "../../lib/names.ts";
import { docker, eventually, tryDocker } from "../docker.ts";
import { apply, ask, resolve, tunnel, TUNNEL_SUBNET } from "./tunnel.ts";

const PORT = 8000;
const greeter = `use IO::Socket::INET; $| = 1;
my $server = IO::Socket::INET->new(LocalPort => ${PORT}, Listen => 16, ReuseAddr => 1) or die $!;
while (my $client = $server->accept) { print $client "$ARGV[0] saw " . $client->peerhost; close $client }`;
const HOST_NUMBER = hosts.firstApp + 1;

Deno.test("an attached container", async (t) => {
  const engine = connectEngine();
  const name = `attach-${crypto.randomUUID().slice(0, 8)}`;
  const labels = [`${CONNECTION_LABEL}=${name}`, `${ROLE_LABEL}=network`];
  await using end = await tunnel({ labels });
  const { box, subnet, network, cargo, stowaway } = end;
  const connection = { name, network, subnet } as Connection;
  await using _helpers = {
    [Symbol.asyncDispose]: async () => {
      for (const { id } of await engine.containers({ [CONNECTION_LABEL]: name })) await engine.remove(id);
    },
  };
  // The cluster has a service of the neighbour's name, too.
  const Corefile = end.files.cargo.Corefile!.replace(
    "hosts {",
    "hosts {\n    10.96.0.78 db.default.svc.cluster.local",
  );
  const forward = {
    ...{ port: 10081, address: hostIn(TUNNEL_SUBNET, HOST_NUMBER), local: PORT, protocol: "TCP" as const },
    from: [end.addresses.pod],
  };
  const files = stowawayFiles({ ...end.state, forwards: [forward] });
  // As up does: Stowaway knows the peer before it calls, or WireGuard repeats the call after 5 s.
  assert.equal((await apply(stowaway, "stowaway", files)).code, 0);
  assert.equal((await apply(cargo, "cargo", { ...end.files.cargo, Corefile })).code, 0);

  const shop = await box.network("shop", []);
  const published = 20_000 + Math.floor(Math.random() * 10_000);
  const perl = (who: string) => ["perl", "-e", greeter, who];
  const start = (who: string, ...options: string[]) =>
    box.run(who, ["--init", ...options], "debian:trixie-slim", perl(who));
  const neighbour = await start("db", "--network", shop, "--network-alias", "db");
  const web = await start(
    "web",
    "--network",
    shop,
    "--add-host",
    `${end.app}:192.0.2.9`,
    "--publish",
    `127.0.0.1:${published}:${PORT}`,
  );
  const apps = () => attachedApps(engine, connection);
  const attach = async (container = web) => {
    const id = await docker(["inspect", "--format", "{{.Id}}", container]);
    return await joinNetwork(engine, connection, {
      name: container,
      bridged: [],
      helperWith: (gateway) =>
        attachHelper(connection, {
          ...{ id, name: container, namespace: "default", domain: "cluster.local", gateway },
          routes: [`${STOWAWAY_TUNNEL_ADDRESS}/32`, `${end.addresses.pod}/32`],
        }, imageOf("cargo")),
    });
  };
  const detach = async () => {
    for (const helper of await attachHelpers(engine, name)) await undoAttach(engine, helper);
  };
  /** Seen from its network namespace, with the right to see all. */
  const inNamespace = (script: string, container = web) =>
    docker([
      ...[
        "run",
        "--rm",
        "--network",
        `container:${container}`,
        "--cap-add",
        "NET_ADMIN",
        "--entrypoint",
        "bash",
      ],
      ...[imageOf("cargo"), "-c", script],
    ]);
  const snapshot = async () => {
    const [{ State, HostConfig, NetworkSettings }] = JSON.parse(await docker(["inspect", web]));
    return {
      pid: State.Pid,
      started: State.StartedAt,
      HostConfig,
      ports: NetworkSettings.Ports,
      networks: NetworkSettings.Networks,
      namespace: await inNamespace(
        "cat /etc/resolv.conf /etc/hosts; ip -4 address; ip -4 rule; ip -4 route show table all; ip -6 route; " +
          "nft --stateless list ruleset; grep . /proc/sys/net/ipv4/conf/*/{rp_filter,forwarding}",
      ),
    };
  };
  const onPort = async () => {
    using connected = await Deno.connect({ hostname: "127.0.0.1", port: published });
    return await new Response(connected.readable).text();
  };
  await eventually(() => ask(neighbour, "127.0.0.1", PORT));
  await eventually(() => ask(web, "127.0.0.1", PORT));
  const before = await snapshot();
  const way = async (address: string) =>
    (await inNamespace(`ip -4 -o route get ${address}`)).replace(/ table \d+/, "");
  const wayOut = await way("203.0.113.1");

  await t.step("it reaches the cluster by names and addresses, as a pod of its namespace does", async () => {
    assert.equal(await attach(), hostIn(subnet, HOST_NUMBER));
    for (const one of ["hello", "hello.default", "hello.default.svc", "hello.default.svc.cluster.local"]) {
      assert.equal(await resolve(web, one), "10.96.0.77", one);
    }
    assert.equal(await ask(web, end.addresses.pod, 9000), `pod saw ${end.addresses.stowaway}`);
    const [app] = await apps();
    assert.deepEqual([app?.name, app?.address, app?.attached], [web, hostIn(subnet, HOST_NUMBER), {}]);
  });

  await t.step("a bridge's traffic reaches it, from Stowaway", async () => {
    assert.equal(await ask(end.pod, end.addresses.stowaway, 10081), `web saw ${STOWAWAY_TUNNEL_ADDRESS}`);
  });

  await t.step(
    "it still has its neighbours, its way out, its published port and its resolv.conf",
    async () => {
      const address = await resolve(web, "db");
      assert.equal(
        address,
        await docker([
          "inspect",
          "--format",
          `{{(index .NetworkSettings.Networks "${shop}").IPAddress}}`,
          neighbour,
        ]),
      );
      assert.match(await ask(web, "db", PORT), /^db saw /);
      assert.match(await ask(neighbour, "web", PORT).catch(() => ask(neighbour, web, PORT)), /^web saw /);
      assert.equal(await way("203.0.113.1"), wayOut);
      assert.match(await onPort(), /^web saw /);
      const { pid, namespace } = await snapshot();
      assert.equal(pid, before.pid);
      assert.equal(namespace.split("127.0.0.1\t")[0], before.namespace.split("127.0.0.1\t")[0]);
      assert.equal(await resolve(web, "nowhere.invalid"), "");
    },
  );

  await t.step("its resolver answers nobody else", async () => {
    const { code } = await tryDocker([
      ...["exec", neighbour, "timeout", "3", "bash", "-c", `exec 3<>/dev/tcp/${web}/51825`],
    ]);
    assert.notEqual(code, 0);
  });

  await t.step("detached, it is as it was", async () => {
    await detach();
    assert.deepEqual(await snapshot(), before);
    assert.deepEqual(await apps(), []);
    assert.match(await ask(web, "db", PORT), /^db saw /);
    assert.match(await onPort(), /^web saw /);
    assert.equal(await resolve(web, "hello"), "");
  });

  await t.step("a helper that was killed has left nothing either, once it is detached", async () => {
    await attach();
    await docker(["kill", attachHelperOf(web)]);
    assert.equal((await apps())[0]?.attached.lost, "its helper does not run");
    await detach();
    assert.deepEqual(await snapshot(), before);
  });

  await t.step("one that somebody else has disconnected is listed so, and is left as it was", async () => {
    await attach();
    await docker(["network", "disconnect", network, web]);
    assert.equal((await apps())[0]?.attached.lost, "it has left the connection's network");
    await detach();
    assert.deepEqual(await snapshot(), before);
  });

  await t.step("two commands at once attach it once", async () => {
    const results = await Promise.allSettled([attach(), attach()]);
    assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    assert.deepEqual((await apps()).map(({ attached }) => attached), [{}]);
    assert.equal(await resolve(web, "hello"), "10.96.0.77");
    await detach();
    assert.deepEqual(await snapshot(), before);
  });

  await t.step("what cannot be attached is refused, and nothing is left", async () => {
    await inNamespace("exec 3<>/dev/null"); // the namespace answers
    const taken = await box.run(
      "taken",
      ["--network", `container:${web}`],
      "debian:trixie-slim",
      ["perl", "-e", greeter.replace(`${PORT}`, "51825"), "taken"],
    );
    await eventually(() => ask(web, "127.0.0.1", 51825));
    await assert.rejects(attach(), (error: GefyraError) => {
      assert.equal(error.id, "attach-failed");
      return /51825/.test(error.message);
    });
    await docker(["rm", "--force", taken]);
    assert.deepEqual(await snapshot(), before);
    await docker(["pause", web]);
    await assert.rejects(attach(), /it is paused/);
    await docker(["unpause", web]);
  });

  await t.step("one that has no way out gets none, but the cluster", async () => {
    const inside = await box.network("inside", ["--internal"]);
    const closed = await start("closed", "--network", inside);
    const routes = () => inNamespace("ip -4 route; ip -4 rule; cat /etc/hosts", closed);
    const before = await routes();
    await attach(closed);
    assert.equal(await resolve(closed, "hello"), "10.96.0.77");
    assert.equal(await ask(closed, end.addresses.pod, 9000), `pod saw ${end.addresses.stowaway}`);
    assert.match(await inNamespace("ip -4 route get 203.0.113.1 2>&1 || true", closed), /No route to host/);
    await detach();
    assert.equal(await routes(), before);
  });

  await t.step("after a restart of the container the helper serves it again", async () => {
    await attach();
    await docker(["restart", "--time", "1", web]);
    assert.ok((await apps())[0]?.attached.lost);
    await eventually(async () => {
      assert.deepEqual((await apps())[0]?.attached, {});
      assert.equal(await resolve(web, "hello"), "10.96.0.77");
    }, 20_000);
    assert.equal(await ask(end.pod, end.addresses.stowaway, 10081), `web saw ${STOWAWAY_TUNNEL_ADDRESS}`);
  });

  await t.step("of a container that is stopped, or removed, the helper says so and goes", async () => {
    await docker(["stop", "--time", "1", web]);
    assert.equal((await apps())[0]?.state, "exited");
    await detach();
    const networks = JSON.parse(await docker(["inspect", web]))[0].NetworkSettings.Networks;
    assert.deepEqual(Object.keys(networks), [shop]);
    await docker(["start", web]);
    await attach();
    await docker(["rm", "--force", web]);
    assert.equal((await apps())[0]?.state, "removed");
    await detach();
    assert.deepEqual(await apps(), []);
  });
});
