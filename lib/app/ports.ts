/** Asks ports of app containers as whoever comes through the tunnel does: from Cargo, with its address in the tunnel. */
import { type Connection, dockerNames } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { hostIn, hosts } from "../tunnel/addresses.ts";
import type { PortState, PortStates } from "./problems.ts";

/** Apps are next door: who has not answered by then does not. */
const PATIENCE_S = 1;
/** Docker itself, which has to start the program. */
const DOCKER_PATIENCE_MS = 3_000;

/**
 * SOURCE SECONDS ADDRESS:PORT…: connects to all at once and says of each what came of it. Answers to the source's
 * address take the app's default route, as those to the cluster do. Perl, since bash cannot choose a source.
 */
const PROGRAM =
  `use strict; use Socket; use IO::Handle; use IO::Select; use Errno qw(EINPROGRESS ECONNREFUSED);
my ($source, $seconds, @targets) = @ARGV;
my $select = IO::Select->new; my %asked;
sub answer { my ($target, $error) = @_; print "$target ", !$error ? "open" : $error == ECONNREFUSED ? "refused" : "silent", "\\n" }
for my $target (@targets) {
  my ($host, $port) = split /:/, $target;
  socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "$!\\n";
  bind($socket, pack_sockaddr_in(0, inet_aton($source))) or die "$!\\n";
  $socket->blocking(0);
  if (connect($socket, pack_sockaddr_in($port, inet_aton($host)))) { answer($target, 0) }
  elsif ($! == EINPROGRESS) { $select->add($socket); $asked{$socket} = $target }
  else { answer($target, $! + 0) }
}
my $end = time + $seconds + 1;
while ($select->count && time < $end) {
  my @ready = $select->can_write($seconds) or last;
  for my $socket (@ready) {
    $select->remove($socket);
    answer(delete $asked{$socket}, unpack("i", getsockopt($socket, SOL_SOCKET, SO_ERROR)));
  }
}
print "$_ silent\\n" for values %asked;`;

/** `destination`: an address of the connection's part of the tunnel. Whatever cannot be asked is left out. */
export async function askPorts(
  engine: Engine,
  connection: Connection,
  { destination, ports }: { destination: string; ports: string[] },
): Promise<PortStates> {
  if (ports.length === 0) return {};
  const source = hostIn(`${destination}/24`, hosts.cargo);
  const { cargo } = dockerNames(connection.name);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), DOCKER_PATIENCE_MS);
  });
  const asked = engine.exec(cargo, ["perl", "-e", PROGRAM, source, `${PATIENCE_S}`, ...new Set(ports)]);
  try {
    const answer = await Promise.race([asked.catch(() => undefined), patience]);
    return parseStates(answer?.stdout ?? "");
  } finally {
    clearTimeout(timer);
  }
}

/** Pure. */
export function parseStates(text: string): PortStates {
  const lines = text.split("\n").map((line) => line.match(/^(\S+) (open|refused|silent)$/));
  return Object.fromEntries(lines.flatMap((found) => found ? [[found[1], found[2] as PortState]] : []));
}
