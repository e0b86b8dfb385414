/** Pods send Stowaway thousands of connections and datagrams: other bridges and the tunnel go on. */
import assert from "node:assert/strict";
import { hostIn, hosts } from "../../lib/config/addresses.ts";
import { stowawayFiles } from "../../lib/config/stowaway.ts";
import { docker, eventually, exec, sandbox } from "../docker.ts";
import { memory } from "./carrier.ts";
import { CONNECTIONS, under } from "./flood.ts";
import { apply, ask, PORT, tunnel, TUNNEL_SUBNET } from "./tunnel.ts";

/** Of Stowaway's container in the cluster. */
const MEMORY_MB = 256;
const HELD = { stowaway: 10_081, app: 8_001 };

/** Keeps all connections open, and says nothing. */
const HOLDER = `use IO::Socket::INET; my @open;
my $server = IO::Socket::INET->new(LocalPort => ${HELD.app}, Listen => 4096, ReuseAddr => 1) or die $!;
while (my $client = $server->accept) { push @open, $client }`;

/** ADDRESS: datagrams of random bytes and sizes to WireGuard's port, many that look like its handshakes, from new ports. */
const DATAGRAMS = `use Socket; my $to = pack_sockaddr_in(51820, inet_aton($ARGV[0]));
for my $i (1 .. 20000) {
  socket(my $socket, PF_INET, SOCK_DGRAM, 0);
  my $size = $i % 2 ? 148 : 1 + int rand 1400;
  my $bytes = join "", map { chr int rand 256 } 1 .. $size;
  $bytes = "\\x01\\0\\0\\0" . substr $bytes, 4 if $i % 2;
  send($socket, $bytes, 0, $to);
}`;

Deno.test("a flood of one pod at Stowaway holds up no other bridge", async (t) => {
  await using ends = await tunnel();
  await using box = sandbox();
  const { cargo, stowaway, app, pod, addresses, files, state } = ends;
  const other = await ends.otherPod(22);
  const [forward] = state.forwards;
  const forwards = [
    { ...forward!, from: [other.address] },
    { ...forward!, port: HELD.stowaway, local: HELD.app, from: [addresses.pod] },
  ];
  const { code, stderr } = await apply(stowaway, "stowaway", stowawayFiles({ ...state, forwards }));
  assert.equal(code, 0, stderr);
  await apply(cargo, "cargo", files.cargo);
  await docker(["exec", "--detach", app, "perl", "-e", HOLDER]);
  const served = async () => {
    const start = performance.now();
    assert.equal(await ask(other.pod, addresses.stowaway, PORT.stowaway), "app saw 198.18.0.1");
    assert.equal(await ask(app, addresses.pod, PORT.pod), `pod saw ${addresses.stowaway}`);
    assert.ok(performance.now() - start < 5_000, `${performance.now() - start} ms`);
  };
  await eventually(served);
  const tracked = async () =>
    Number(await exec(stowaway, "cat", "/proc/sys/net/netfilter/nf_conntrack_count"));
  const bounded = async () => {
    const used = await memory(stowaway);
    assert.ok(used < MEMORY_MB, `${used} MB`);
  };
  const options = ["--network", `container:${pod}`];
  const target = { address: addresses.stowaway, port: HELD.stowaway };

  for (const attack of ["idle", "half"] as const) {
    await t.step(`${attack} connections to a bridged port`, async () => {
      await under(box, attack, { options: options, ...target }, async () => {
        assert.ok(await tracked() > CONNECTIONS / 2, `${await tracked()} connections`);
        for (let i = 0; i < 3; i++) await served();
        await bounded();
      });
      await served();
    });
    await exec(pod, "nft", "destroy", "table", "ip", "half");
  }
  await t.step("random datagrams to WireGuard's port fill no table", async () => {
    const before = await tracked();
    const flood = exec(other.pod, "perl", "-e", DATAGRAMS, addresses.stowaway);
    await served();
    await flood;
    const after = await tracked();
    assert.ok(after - before < 1_000, `${before} connections before, ${after} after`);
    await bounded();
    assert.equal(await ask(other.pod, addresses.stowaway, PORT.stowaway), "app saw 198.18.0.1");
    assert.equal(await exec(cargo, "cargo", "status").then((text) => JSON.parse(text).peers.length), 1);
  });
  assert.equal(hostIn(TUNNEL_SUBNET, hosts.firstApp), forward!.address);
});
