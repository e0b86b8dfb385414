/** A tunnel in use is changed only where something differs, and carries both ways afterwards. */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { generateKeyPair } from "../../lib/config/keys.ts";
import { stowawayFiles } from "../../lib/config/stowaway.ts";
import { docker, eventually, exec, tryDocker } from "../docker.ts";
import { apply, ask, PORT, status, type Tunnel, tunnel, TUNNEL_SUBNET } from "./tunnel.ts";

Deno.test("only the cluster's ranges use the tunnel: both ways, from the first time on and after changes", async (t) => {
  await using ends = await tunnel();
  const { cargo, stowaway, addresses, files } = ends;
  // A host's route, as that to Stowaway itself: ip prints both without their suffix.
  const local = ends.cargoWith({ only: [`${addresses.pod}/32`, "10.96.0.0/16"] });
  const bothWays = () => assertBothWays(ends);
  await apply(stowaway, "stowaway", files.stowaway);

  await t.step("at first", async () => {
    const { code, stderr } = await apply(cargo, "cargo", local);
    assert.equal(code, 0, stderr);
    await eventually(bothWays);
    assert.deepEqual(await staticRoutes(cargo), ["10.96.0.0/16", "198.18.0.1", addresses.pod].sort());
  });

  await t.step("from there to everything and back", async () => {
    await apply(cargo, "cargo", files.cargo);
    await bothWays();
    assert.deepEqual(await staticRoutes(cargo), []);
    await apply(cargo, "cargo", local);
    await bothWays();
    assert.doesNotMatch(await exec(cargo, "ip", "rule"), /51820/);
  });

  await t.step("a route that is not wanted any more goes, the others stay", async () => {
    await apply(cargo, "cargo", ends.cargoWith({ only: [`${addresses.pod}/32`] }));
    assert.deepEqual(await staticRoutes(cargo), ["198.18.0.1", addresses.pod].sort());
    await bothWays();
  });
});

Deno.test("what stays of routes and rules is not missing for a moment", async () => {
  await using ends = await tunnel();
  const { cargo, stowaway, files } = ends;
  await apply(stowaway, "stowaway", files.stowaway);
  await apply(cargo, "cargo", files.cargo);
  await eventually(() => assertBothWays(ends));
  const removed = await watching(cargo, async () => {
    for (const line of [{ mtu: 1280 }, { mtu: 1420, endpoints: ["10.0.0.1:51820"] }]) {
      const { stdout } = await apply(cargo, "cargo", ends.cargoWith(line));
      assert.equal(stdout, "applied: network");
    }
  });
  assert.deepEqual(removed.filter((line) => !/ table local /.test(line)), []);
});

Deno.test("another endpoint: what comes in is answered at once, over the same socket", async (t) => {
  await using ends = await tunnel();
  const { cargo, stowaway, files } = ends;
  const second = await secondWay(ends);
  await apply(stowaway, "stowaway", files.stowaway);
  await apply(cargo, "cargo", files.cargo);
  await eventually(() => assertBothWays(ends));
  const socket = await sockets(cargo);

  await t.step("that of another apply", async () => {
    const { stdout, stderr } = await apply(cargo, "cargo", ends.cargoWith({ endpoint: second }));
    assert.equal(stdout, "applied: wireguard", stderr);
    await exec(cargo, "cargo", "confirm");
    assert.equal(await inAtOnce(ends), "app saw 198.18.0.1");
    assert.equal((await status(cargo, "cargo")).peers[0]?.endpoint, second);
    assert.equal(await sockets(cargo), socket);
  });

  await t.step("one that was tried and does not answer", async () => {
    const { addresses } = ends;
    const better = { endpoints: [`${addresses.pod}:51820`, second], endpoint: second };
    await apply(cargo, "cargo", ends.cargoWith(better));
    await exec(cargo, "cargo", "improve");
    assert.equal((await status(cargo, "cargo")).peers[0]?.endpoint, second);
    assert.equal(await inAtOnce(ends), "app saw 198.18.0.1");
  });

  await t.step("the applied one is used again where either end was led elsewhere", async () => {
    const [peer] = (await status(cargo, "cargo")).peers;
    await exec(cargo, "wg", "set", "wg0", "peer", peer!.publicKey, "endpoint", `${ends.addresses.pod}:51820`);
    await exec(cargo, "cargo", "confirm");
    assert.equal((await status(cargo, "cargo")).peers[0]?.endpoint, second);
    assert.equal(await inAtOnce(ends), "app saw 198.18.0.1");
  });

  await t.step("where nobody answers, that is said", async () => {
    await docker(["pause", stowaway]);
    const { code, stderr } = await tryDocker(["exec", cargo, "cargo", "confirm"]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      new RegExp(`198\\.18\\.0\\.1 does not answer through the tunnel at ${second}$`),
    );
    await docker(["unpause", stowaway]);
  });
});

Deno.test("a peer that comes, changes or goes disturbs no other", async () => {
  await using ends = await tunnel();
  const { cargo, stowaway, files, state } = ends;
  await apply(stowaway, "stowaway", files.stowaway);
  await apply(cargo, "cargo", files.cargo);
  await eventually(() => assertBothWays(ends));
  const socket = await sockets(stowaway), { publicKey } = await generateKeyPair();
  let received = await receivedOf(ends);
  const states: [string, string[]][] = [
    ["comes", ["198.18.2.0/24"]],
    ["changes", ["198.18.3.0/24"]],
    ["goes", []],
    ["comes again", ["198.18.2.0/24"]],
  ];
  for (const [what, subnets] of states) {
    const peers = [...state.peers, ...subnets.map((subnet) => ({ publicKey, subnet }))];
    const { stdout, stderr } = await apply(stowaway, "stowaway", stowawayFiles({ ...state, peers }));
    assert.equal(stdout, "applied: wireguard", stderr);
    const ranges = await exec(stowaway, "wg", "show", "wg0", "allowed-ips");
    const shown = ranges.split("\n").map((line) => line.split("\t")[1]).sort();
    assert.deepEqual(shown, [TUNNEL_SUBNET, ...subnets], what);
    assert.equal(await sockets(stowaway), socket, what);
    assert.equal(await inAtOnce(ends), "app saw 198.18.0.1", what);
    const before = received;
    received = await receivedOf(ends);
    assert.ok(received > before, what);
  }
});

Deno.test("a hundred and sixty pods with 64 ports each are applied within seconds, and a change that is none at once", async () => {
  await using ends = await tunnel();
  const { cargo, stowaway, files, state, addresses } = ends;
  await apply(cargo, "cargo", files.cargo);
  const from = [addresses.pod, ...Array.from({ length: 159 }, (_, i) => `10.77.0.${i + 1}`)];
  const [forward] = state.forwards;
  const forwards = Array.from({ length: 64 }, (_, i) => ({ ...forward!, port: PORT.stowaway + i, from }));
  const many = stowawayFiles({ ...state, forwards });
  const timed = async () => {
    const start = performance.now();
    const { stdout, stderr } = await apply(stowaway, "stowaway", many);
    return { stdout: stdout || stderr, took: performance.now() - start };
  };
  const first = await timed(), again = await timed();
  assert.equal(first.stdout, "applied: nftables wireguard network health");
  assert.equal(again.stdout, "unchanged");
  assert.ok(first.took < 5_000 && again.took < 3_000, `${first.took} ms, ${again.took} ms`);
  await eventually(() => assertBothWays(ends));
});

Deno.test("an answer that Cargo does not understand leads no later one astray", async () => {
  await using ends = await tunnel();
  const { cargo, stowaway, app, pod, addresses, files } = ends;
  await apply(stowaway, "stowaway", files.stowaway);
  await apply(cargo, "cargo", files.cargo);
  await eventually(() => assertBothWays(ends));
  const port = 45_678;
  await exec(app, "perl", "-e", SYN_ACK, addresses.app, `${PORT.app}`, "198.18.0.1", `${port}`);
  const connect = `use IO::Socket::INET; $| = 1;
    my $s = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => $ARGV[1], LocalPort => ${port}, Timeout => 3) or die "$!\n";
    print <$s>`;
  const answer = await exec(
    pod,
    "timeout",
    "4",
    "perl",
    "-e",
    connect,
    addresses.stowaway,
    `${PORT.stowaway}`,
  );
  assert.equal(answer, "app saw 198.18.0.1");
});

Deno.test("a connection survives a restart of Cargo, also if the cluster's end sends first", async () => {
  await using ends = await tunnel();
  const { cargo, stowaway, app, pod, addresses, files } = ends;
  await apply(stowaway, "stowaway", files.stowaway);
  await apply(cargo, "cargo", files.cargo);
  await eventually(() => assertBothWays(ends));
  const late =
    `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => 9100, Listen => 1, ReuseAddr => 1);
    my $c = $s->accept; sleep 6; print $c "late"`;
  await docker(["exec", "--detach", pod, "perl", "-e", late]);
  await eventually(() => exec(pod, "bash", "-c", "grep -q ':238C ' /proc/net/tcp"));
  const heard = exec(app, "timeout", "20", "bash", "-c", `exec 3<>/dev/tcp/${addresses.pod}/9100 && cat <&3`);
  await delay(500);
  await docker(["restart", "--time", "1", cargo]);
  assert.equal(await heard, "late");
});

/** FROM PORT TO PORT: one packet with the flags SYN and ACK, of a connection that nobody has begun. */
const SYN_ACK = `use Socket;
my ($from, $source, $to, $target) = @ARGV;
sub sum { my ($data) = @_; my $sum = 0; $sum += $_ for unpack "n*", $data; $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16; ~$sum & 0xffff }
my $tcp = sub { pack "nnNNCCnnn", $source, $target, 1, 1, 5 << 4, 0x12, 1024, $_[0], 0 };
my $head = inet_aton($from) . inet_aton($to) . pack "CCn", 0, 6, 20;
socket(my $raw, AF_INET, SOCK_RAW, 6) or die "$!\n";
send($raw, $tcp->(sum($head . $tcp->(0))), 0, pack_sockaddr_in(0, inet_aton($to))) or die "$!\n";`;

async function assertBothWays(ends: Tunnel): Promise<void> {
  const { app, pod, addresses } = ends;
  assert.equal(await ask(pod, addresses.stowaway, PORT.stowaway), "app saw 198.18.0.1");
  assert.equal(await ask(app, addresses.pod, PORT.pod), `pod saw ${addresses.stowaway}`);
}

/** A lost SYN is repeated after a second. */
function inAtOnce({ pod, addresses }: Tunnel): Promise<string> {
  const connect = `exec 3<>/dev/tcp/${addresses.stowaway}/${PORT.stowaway} && cat <&3`;
  return exec(pod, "timeout", "0.9", "bash", "-c", connect);
}

async function staticRoutes(cargo: string): Promise<string[]> {
  const lines = await exec(cargo, "ip", "-4", "route", "show", "dev", "wg0", "proto", "static");
  return lines.split("\n").filter(Boolean).map((line) => line.split(" ")[0]!).sort();
}

/** WireGuard's own, by port and number. */
async function sockets(container: string): Promise<string> {
  const table = await exec(container, "cat", "/proc/net/udp");
  const port = (await exec(container, "wg", "show", "wg0", "listen-port")).trim();
  const hex = Number(port).toString(16).toUpperCase().padStart(4, "0");
  const inodes = table.split("\n").map((line) => line.trim().split(/\s+/))
    .filter(([, local]) => local?.endsWith(`:${hex}`)).map((columns) => columns[9]);
  return [port, ...inodes].join(" ");
}

/** Bytes of Cargo's session, which another one would count anew. */
async function receivedOf({ stowaway, cargo }: Tunnel): Promise<number> {
  const key = await exec(cargo, "cargo", "public-key");
  return (await status(stowaway, "stowaway")).peers.find(({ publicKey }) => publicKey === key)?.rxBytes ?? 0;
}

/** Another port that leads to Stowaway's, as a node's does: for WireGuard at the other end a way of its own. */
async function secondWay({ stowaway, addresses }: Tunnel): Promise<string> {
  const rules = `table ip way {
    chain in {
      type nat hook prerouting priority -110
      udp dport 51830 redirect to :51820
    }
  }
`;
  await docker(["exec", "--interactive", stowaway, "nft", "-f", "-"], new TextEncoder().encode(rules));
  return `${addresses.stowaway}:51830`;
}

/** Routes and rules that were removed while something was done. */
async function watching(container: string, work: () => Promise<void>): Promise<string[]> {
  const file = "/tmp/removed";
  await docker(["exec", "--detach", container, "sh", "-c", `exec ip -4 -o monitor route rule > ${file}`]);
  await delay(300);
  await work();
  await delay(300);
  const lines = (await exec(container, "cat", file)).split("\n");
  return lines.filter((line) => line.includes("Deleted"));
}
