/** Clients that mean harm: thousands of connections from one container. */
import { setTimeout as delay } from "node:timers/promises";
import assert from "node:assert/strict";
import { imageOf } from "../../lib/images.ts";
import { docker, eventually, type Sandbox } from "../docker.ts";

/**
 * `idle` sends nothing, `random` some random bytes, `slow` the beginning of a request and then a byte each second; all of
 * them stay open. `half` never finishes TCP's handshake.
 */
export type Attack = "idle" | "random" | "slow" | "half";

export const CONNECTIONS = 5_000;

/** ATTACK COUNT ADDRESS PORT */
const SCRIPT = `use strict; use Socket; use Fcntl; $| = 1; $SIG{PIPE} = "IGNORE";
my ($attack, $count, $address, $port) = @ARGV;
my $to = pack_sockaddr_in($port, inet_aton($address));
system("nft", "table ip half { chain input { type filter hook input priority 0; tcp sport $port drop; } }") if $attack eq "half";
my @open;
for my $i (1 .. $count) {
  socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "$!\\n";
  fcntl($socket, F_SETFL, O_NONBLOCK) if $attack eq "half";
  connect($socket, $to) or $attack eq "half" or next;
  fcntl($socket, F_SETFL, O_NONBLOCK);
  syswrite($socket, join "", map { chr int rand 256 } 1 .. 200) if $attack eq "random";
  syswrite($socket, "GET / HTTP/1.1\\r\\nHost: x\\r\\nX-Slow: ") if $attack eq "slow";
  push @open, $socket;
}
print "open: ", scalar(@open), "\\n";
while (1) {
  sleep 1;
  if ($attack eq "slow") { syswrite($_, "a") for @open }
}`;

/** Begins, goes on while `work` does, and ends at once. */
export async function under(
  box: Pick<Sandbox, "run">,
  attack: Attack,
  { options, address, port }: { options: string[]; address: string; port: number },
  work: () => Promise<void>,
): Promise<void> {
  const limits = ["--ulimit", "nofile=20000", "--cap-add", "NET_ADMIN", "--entrypoint", "perl"];
  const args = ["-e", SCRIPT, attack, `${CONNECTIONS}`, address, `${port}`];
  const attacker = await box.run(`${attack}-${port}`, [...options, ...limits], imageOf("cargo"), args);
  try {
    await eventually(async () => assert.match(await docker(["logs", attacker]), /open: \d+/), 30_000);
    await delay(1_000);
    await work();
  } finally {
    await docker(["rm", "--force", attacker]);
  }
}
