/** Connects to ports of app containers as traffic from the tunnel does: from Cargo, with its address in the tunnel. */
import pTimeout from "p-timeout";
import { type Connection, dockerNames } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { hosts } from "../config/addresses.ts";
import type { PortState, PortStates, Question } from "./problems.ts";

/** App containers are on the same machine: one that has not answered by then will not answer. */
const TIMEOUT_S = 1;
/** For Docker, which starts the program. */
const DOCKER_TIMEOUT_MS = 3_000;

/**
 * SECONDS SOURCE/ADDRESS:PORT…: connects to all at once and prints the result of each. Responses to the source's
 * address take the app's default route, like those to the cluster. Perl, because bash cannot choose a source address.
 */
const PROGRAM =
  `use strict; use Socket; use IO::Handle; use IO::Select; use Errno qw(EINPROGRESS ECONNREFUSED);
my ($seconds, @targets) = @ARGV;
my $select = IO::Select->new; my %asked;
sub answer { my ($target, $error) = @_; print "$target ", !$error ? "open" : $error == ECONNREFUSED ? "refused" : "silent", "\\n" }
for (@targets) {
  my ($source, $target) = split "/"; my ($host, $port) = split /:/, $target;
  socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "$!\\n";
  next unless bind($socket, pack_sockaddr_in(0, inet_aton($source) // next)); # not an address of this connection
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

/** Ports that could not be checked are not in the result. */
export async function askPorts(
  engine: Engine,
  connection: Connection,
  questions: Question[],
): Promise<PortStates> {
  if (questions.length === 0) return {};
  const targets = new Set(questions.map(({ port, destination }) => `${cargoIn(destination)}/${port}`));
  const { cargo } = dockerNames(connection.name);
  const asked = engine.exec(cargo, ["perl", "-e", PROGRAM, `${TIMEOUT_S}`, ...targets]);
  const answer = await pTimeout(asked.catch(() => undefined), {
    milliseconds: DOCKER_TIMEOUT_MS,
    fallback: () => undefined,
  });
  return parseStates(answer?.stdout ?? "");
}

/** Cargo's address in the /24 of an address in the tunnel; a bridge may name any address. */
const cargoIn = (address: string) => address.replace(/\d+$/, `${hosts.cargo}`);

/** Pure. */
export function parseStates(text: string): PortStates {
  const lines = text.split("\n").map((line) => line.match(/^(\S+) (open|refused|silent)$/));
  return Object.fromEntries(lines.flatMap((found) => found ? [[found[1], found[2] as PortState]] : []));
}
