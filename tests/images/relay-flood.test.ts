/** Whoever may forward a port of Stowaway's pod opens thousands of streams: the relay stays small, and takes others. */
import assert from "node:assert/strict";
import { imageOf } from "../../lib/images.ts";
import { docker, eventually, exec, sandbox } from "../docker.ts";
import { memory, restricted } from "./carrier.ts";
import { under } from "./flood.ts";

/** Of the container in the cluster. */
const MEMORY_MB = 128;
const PORT = 51822;

/** Sends a ping over a new stream, and prints the answer: a frame of one byte, 0xf1. */
const PING = `use IO::Socket::INET; my $relay = IO::Socket::INET->new("127.0.0.1:${PORT}") or die $!;
syswrite $relay, "\\0\\x01\\xf0"; alarm 3; sysread $relay, my $answer, 3; print unpack "H*", $answer`;

/** As a client that never reads: asks for answers until nothing more is taken. */
const DEAF = `use strict; use Socket; use Fcntl; $SIG{PIPE} = "IGNORE"; my @open;
for (1 .. 100) {
  socket(my $socket, PF_INET, SOCK_STREAM, 0); connect($socket, pack_sockaddr_in(${PORT}, inet_aton("127.0.0.1")));
  fcntl($socket, F_SETFL, O_NONBLOCK); push @open, $socket;
}
for (1 .. 300) { for my $socket (@open) { syswrite $socket, "\\0\\x01\\xf0" x 3000 } }`;

Deno.test("a flood of streams holds up neither the relay in Stowaway's pod nor its clients", async (t) => {
  await using box = sandbox();
  const pod = await box.run("pod", ["--entrypoint", "sleep"], imageOf("stowaway"), ["infinity"]);
  const options = ["--network", `container:${pod}`];
  const limits = [...restricted, "--tmpfs", "/dev/shm:mode=1777", "--memory", `${MEMORY_MB}m`];
  const relay = await box.run(
    "relay",
    [...options, ...limits, "--entrypoint", "relay"],
    imageOf("stowaway"),
    [
      "pod",
    ],
  );
  await eventually(async () => assert.match(await docker(["logs", relay]), /listening/));
  const served = async () => assert.equal(await exec(pod, "perl", "-e", PING), "0001f1");
  const bounded = async () => {
    const used = await memory(relay);
    assert.ok(used < MEMORY_MB * 0.75, `${used} MB`);
  };
  await served();
  for (const attack of ["idle", "random", "slow"] as const) {
    await t.step(attack, async () => {
      await under(box, attack, { options, address: "127.0.0.1", port: PORT }, async () => {
        for (let i = 0; i < 3; i++) await served();
        await bounded();
      });
      await served();
    });
  }
  await t.step("clients that read nothing", async () => {
    await exec(pod, "perl", "-e", DEAF);
    await served();
    await bounded();
  });
  assert.equal(
    await docker(["inspect", "--format", "{{ .State.OOMKilled }} {{ .RestartCount }}", relay]),
    "false 0",
  );
});
