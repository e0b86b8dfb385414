/**
 * Who reaches whom over the tunnel. Each attack is tried with the rules of both ends, with those of one end alone, and
 * with none, where it succeeds: so it would be noticed if it failed for another reason.
 */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { hostIn, hosts } from "../../lib/config/addresses.ts";
import type { CargoSettings } from "../../lib/config/cargo.ts";
import { stowawayFiles } from "../../lib/config/stowaway.ts";
import { docker, eventually, exec, tryDocker } from "../docker.ts";
import { apply, ask, PORT, resolve, type Tunnel, tunnel, TUNNEL_SUBNET } from "./tunnel.ts";

const APP = hostIn(TUNNEL_SUBNET, hosts.firstApp), LAN = "203.0.113.9", OTHER = "198.18.2.0/24";

/** Whether a connection is accepted within a second. */
async function reaches(container: string, address: string, port: number): Promise<boolean> {
  const connect = `exec 3<>/dev/tcp/${address}/${port}`;
  return (await tryDocker(["exec", container, "timeout", "1", "bash", "-c", connect])).code === 0;
}

/** ADDRESS PORT: sends a DNS question over UDP, and succeeds if anybody answers within a second. */
const QUESTION = `use strict; use Socket;
my ($address, $port) = @ARGV;
socket(my $socket, PF_INET, SOCK_DGRAM, 0); setsockopt($socket, SOL_SOCKET, SO_BROADCAST, 1);
my $name = join("", map { chr(length) . $_ } qw(hello default svc cluster local)) . "\\0";
send($socket, pack("n6", 1, 0x100, 1, 0, 0, 0) . $name . pack("nn", 1, 1), 0, pack_sockaddr_in($port, inet_aton($address))) or die "$!\\n";
my $read = ""; vec($read, fileno($socket), 1) = 1;
exit(select($read, undef, undef, 1) ? 0 : 1);`;

async function asks(container: string, address: string, port = 53): Promise<boolean> {
  return (await tryDocker(["exec", container, "perl", "-e", QUESTION, address, `${port}`])).code === 0;
}

/** Whether a datagram to an address arrives at a program in another container, whatever becomes of its answer. */
async function arrives(from: string, address: string, container: string): Promise<boolean> {
  const hear = `use IO::Socket::INET; $SIG{ALRM} = sub { exit 1 }; alarm 2;
    IO::Socket::INET->new(Proto => "udp", LocalPort => 5353)->recv(my $data, 512); exit 0`;
  const heard = tryDocker(["exec", container, "perl", "-e", hear]);
  await delay(500);
  await asks(from, address, 5353);
  return (await heard).code === 0;
}

type End = "stowaway" | "cargo";

/** By what is reached. */
type Attacks = Record<string, () => Promise<boolean>>;

/** What is reached, of attacks that are tried at the same time. */
async function reached(attacks: Attacks): Promise<string[]> {
  const tried = await Promise.all(
    Object.entries(attacks).map(async ([what, attack]) => [what, await attack()]),
  );
  return tried.flatMap(([what, is]) => is ? [`${what}`] : []);
}

/** The same while the given ends have no rules to filter by, as both had none once. */
async function reachedWithout(ends: Tunnel, opened: End[], attacks: Attacks): Promise<string[]> {
  const chains = "delete chain ip gefyra forward; delete chain ip gefyra input";
  for (const end of opened) await exec(ends[end], "nft", chains);
  try {
    return await reached(attacks);
  } finally {
    for (const end of opened) await exec(ends[end], "nft", "-f", `/dev/shm/${end}/live/nftables.conf`);
  }
}

/** `alone`: the ends of which each blocks all of them, whatever the other one does. */
async function assertBlocked(
  ends: Tunnel,
  attacks: Attacks,
  alone: End[] = ["stowaway", "cargo"],
): Promise<void> {
  assert.deepEqual(await reached(attacks), [], "with all rules");
  for (const end of alone) {
    const other = end === "cargo" ? "stowaway" : "cargo";
    assert.deepEqual(await reachedWithout(ends, [other], attacks), [], `with the rules of ${end} alone`);
  }
  assert.deepEqual(await reachedWithout(ends, ["stowaway", "cargo"], attacks), Object.keys(attacks));
}

async function assertAllowed({ app, pod, cargo, addresses }: Tunnel): Promise<void> {
  assert.equal(await ask(pod, addresses.stowaway, PORT.stowaway), "app saw 198.18.0.1");
  assert.equal(await ask(app, addresses.pod, PORT.pod), `pod saw ${addresses.stowaway}`);
  assert.equal(await resolve(app, "hello.default.svc.cluster.local"), "10.96.0.77");
  await exec(cargo, "ping", "-c", "1", "-W", "2", "198.18.0.1");
}

Deno.test("what is neither a bridge nor an app's own request gets nowhere", async (t) => {
  await using ends = await tunnel({ router: true });
  const { cargo, stowaway, app, addresses, files, state } = ends;
  const [other, client] = await Promise.all([ends.otherPod(22), ends.otherClient(OTHER)]);
  const peers = [...state.peers, { publicKey: client.publicKey, subnet: OTHER }];
  const both = { ...state, peers };
  await apply(stowaway, "stowaway", stowawayFiles(both));
  const { code, stderr } = await apply(client.cargo, "cargo", client.files);
  assert.equal(code, 0, stderr);
  await apply(cargo, "cargo", files.cargo);
  await eventually(() => assertAllowed(ends));
  await eventually(async () => assert.ok(await reaches(client.app, addresses.pod, PORT.pod)));

  await t.step(
    "one client does not reach another's app containers",
    () => assertBlocked(ends, { app: () => reaches(client.app, APP, PORT.app) }),
  );

  await t.step("a pod that sends the tunnel's range to Stowaway reaches nothing in it", async () => {
    // An address of a network that Cargo has not joined.
    const far = "10.99.0.6";
    await exec(other.pod, "ip", "address", "add", `${far}/32`, "dev", "lo");
    await exec(stowaway, "ip", "route", "add", `${far}/32`, "via", other.address);
    await exec(other.pod, "ip", "route", "add", "198.18.0.0/15", "via", addresses.stowaway, "src", far);
    await assertBlocked(ends, { app: () => reaches(other.pod, APP, PORT.app) });
  });

  await t.step(
    "a pod that is not of the bridge is refused at its port, at once, until it is of it",
    async () => {
      const [forward] = state.forwards;
      const start = performance.now();
      const connect = `exec 3<>/dev/tcp/${addresses.stowaway}/${PORT.stowaway}`;
      const refused = await tryDocker(["exec", other.pod, "timeout", "3", "bash", "-c", connect]);
      assert.match(refused.stderr, /Connection refused/);
      assert.ok(performance.now() - start < 1500);
      const from = [addresses.pod, other.address];
      const opened = await apply(
        stowaway,
        "stowaway",
        stowawayFiles({ ...both, forwards: [{ ...forward!, from }] }),
      );
      assert.equal(opened.stdout, "applied: nftables health", opened.stderr);
      assert.equal(await ask(other.pod, addresses.stowaway, PORT.stowaway), "app saw 198.18.0.1");
      await apply(stowaway, "stowaway", stowawayFiles(both));
      assert.equal(await reaches(other.pod, addresses.stowaway, PORT.stowaway), false);
    },
  );

  await t.step("a connection stays open when its pod is not of the bridge any more", async () => {
    // The app says goodbye only after a line, so the connection is open while the rules change.
    const slow =
      `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => 8100, Listen => 1, ReuseAddr => 1); $| = 1;
      my $c = $s->accept; my $line = <$c>; print $c "still here: $line"`;
    await docker(["exec", "--detach", app, "perl", "-e", slow]);
    const forward = {
      port: 10100,
      address: APP,
      local: 8100,
      protocol: "TCP" as const,
      from: [other.address],
    };
    await apply(stowaway, "stowaway", stowawayFiles({ ...both, forwards: [...state.forwards, forward] }));
    const talk = `exec 3<>/dev/tcp/${addresses.stowaway}/10100 && sleep 3 && echo hello >&3 && cat <&3`;
    const said = exec(other.pod, "timeout", "9", "bash", "-c", talk);
    await exec(other.pod, "sleep", "1");
    await apply(stowaway, "stowaway", stowawayFiles(both));
    assert.equal(await said, "still here: hello");
  });

  await t.step("the tunnel reaches nothing of Stowaway's pod but what clients measure by", async () => {
    const port = 40_100;
    const listen =
      `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => ${port}, Listen => 9, ReuseAddr => 1); sleep 60`;
    await docker(["exec", "--detach", stowaway, "perl", "-e", listen]);
    await assertBlocked(ends, {
      "in the tunnel": () => reaches(app, "198.18.0.1", port),
      "in the cluster": () => reaches(app, addresses.stowaway, port),
    }, ["stowaway"]);
    // A port of a bridge, which the pods of that bridge have.
    assert.equal(await reaches(app, addresses.stowaway, PORT.stowaway), false);
  });

  await exec(ends.router, "ip", "address", "add", `${LAN}/32`, "dev", "lo");
  await exec(ends.router, "ip", "route", "add", "198.18.0.0/15", "via", addresses.cargo);
  const modes: [string, CargoSettings][] = [["cluster", {}], ["local", {
    only: [`${addresses.pod}/32`, "10.99.0.0/16"],
  }]];
  for (const [mode, line] of modes) {
    await t.step(`whoever controls Stowaway reaches app containers alone, egress ${mode}`, async () => {
      await apply(cargo, "cargo", ends.cargoWith(line));
      await eventually(() => assertAllowed(ends));
      const [own] = state.peers;
      await exec(stowaway, "wg", "set", "wg0", "peer", own!.publicKey, "allowed-ips", "0.0.0.0/0");
      await exec(stowaway, "ip", "route", "replace", `${LAN}/32`, "dev", "wg0");
      const tunnelled = (host: number) => hostIn(TUNNEL_SUBNET, host);
      await exec(stowaway, "ip", "address", "replace", "10.99.0.7/32", "dev", "wg0");
      const from =
        `use IO::Socket::INET; exit(IO::Socket::INET->new(PeerAddr => "${APP}", PeerPort => ${PORT.app}, LocalAddr => "10.99.0.7", Timeout => 1) ? 0 : 1)`;
      const attacks: Attacks = {
        "the machine": () => reaches(stowaway, tunnelled(hosts.bridge), PORT.host),
        "Cargo's resolver": () => reaches(stowaway, tunnelled(hosts.cargo), 53),
        "the gateway's resolver": () => asks(stowaway, tunnelled(hosts.gateway)),
        "Cargo by broadcast": () => arrives(stowaway, tunnelled(255), cargo),
        "an app from another address": async () =>
          (await tryDocker(["exec", stowaway, "perl", "-e", from])).code === 0,
      };
      if (mode === "local") attacks["the LAN"] = () => reaches(stowaway, LAN, PORT.host);
      await assertBlocked(ends, attacks, ["cargo"]);
      assert.ok(await reaches(stowaway, APP, PORT.app), "an app from Stowaway's own address");
      await apply(stowaway, "stowaway", stowawayFiles(both));
      await exec(stowaway, "wg", "set", "wg0", "peer", own!.publicKey, "allowed-ips", TUNNEL_SUBNET);
    });
  }

  await t.step("with --egress local apps still leave from this machine", async () => {
    assert.equal(await ask(app, LAN, PORT.host), `host saw ${addresses.cargo}`);
  });

  await t.step("Cargo's other networks lead neither to app containers nor to its resolver", async () => {
    const beside = (await exec(cargo, "ip", "-o", "-4", "address")).match(/inet (10\.215[\d.]+)/)?.[1] ?? "";
    await exec(other.pod, "ip", "route", "add", `${addresses.app}/32`, "via", beside);
    // App containers answer through Cargo, whoever asks.
    await assertBlocked(ends, {
      app: () => reaches(other.pod, addresses.app, PORT.app),
      resolver: () => asks(other.pod, beside),
    }, ["cargo"]);
  });

  await t.step("and what is allowed works as before", () => assertAllowed(ends));
});
