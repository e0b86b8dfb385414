/**
 * Small programs that run in Cargo, Stowaway and the operator's pod. They use Debian's essential packages only (bash,
 * perl-base), so they work with images of any version.
 */
import { SMALLEST_TUNNEL_MTU } from "../names.ts";

/**
 * Serves one port for a limited time. UDP: sends packets back; `quit` ends it. TCP starts with four letters: `echo`
 * sends back, `sink` counts for a second and prints the number of bytes, `give` sends as fast as possible.
 */
export const SERVER = `use strict; use IO::Socket::INET; use IO::Select;
my ($port, $seconds) = @ARGV;
$SIG{ALRM} = sub { exit }; $SIG{CHLD} = $SIG{PIPE} = "IGNORE"; alarm $seconds;
my $udp = IO::Socket::INET->new(Proto => "udp", LocalPort => $port) or die "udp $port: $!\\n";
my $tcp = IO::Socket::INET->new(Listen => 5, LocalPort => $port, ReuseAddr => 1) or die "tcp $port: $!\\n";
my $both = IO::Select->new($udp, $tcp);
while (1) { for my $ready ($both->can_read) {
  if ($ready == $udp) {
    my $from = recv($udp, my $data, 65535, 0); next unless $from; exit if $data eq "quit";
    send($udp, $data, 0, $from); next;
  }
  my $peer = $tcp->accept or next;
  next if fork;
  close $tcp; close $udp; sysread $peer, my $kind, 4;
  my $count = 0; my $zeros = "\\0" x 262144;
  if ($kind eq "sink") { $SIG{ALRM} = sub { syswrite $peer, "$count\\n" }; alarm 1; }
  if ($kind eq "give") { while (syswrite $peer, $zeros) {} exit }
  while (1) {
    my $got = sysread $peer, my $data, 262144;
    next if !defined $got && $!{EINTR}; last unless $got;
    $count += $got; syswrite $peer, $data if $kind eq "echo";
  }
  exit;
} }`;

/** HOST PORT: microseconds of each of 20 round trips over UDP, once the server answers; nothing if it does not. */
export const LATENCY = `exec 3<>/dev/udp/$1/$2 || exit 1
ask() { { printf x >&3; } 2>/dev/null && read -r -N 1 -t "$1" -u 3 _ 2>/dev/null; }
for ((tries = 0; tries < 20; tries++)); do ask 0.1 && break; sleep 0.02; done
((tries < 20)) || exit 1
for ((i = 0; i < 20; i++)); do
  start=\${EPOCHREALTIME/./}
  ask 1 && echo $((\${EPOCHREALTIME/./} - start))
done`;

/**
 * HOST PORT MTU: the size of the largest packet that makes the round trip. One packet of each size is sent three times,
 * without fragmentation (IP_MTU_DISCOVER = IP_PMTUDISC_DO).
 */
export const PATH_MTU = `use strict; use IO::Socket::INET; use IO::Select;
my ($host, $port, $mtu) = @ARGV;
my $socket = IO::Socket::INET->new(Proto => "udp", PeerAddr => $host, PeerPort => $port) or die "$!\\n";
setsockopt($socket, 0, 10, pack("i", 2)) or die "$!\\n";
my $largest = 0; my $reader = IO::Select->new($socket);
for my $round (1 .. 3) {
  for (my $size = $mtu; $size >= ${SMALLEST_TUNNEL_MTU}; $size -= 4) {
    next if $size <= $largest; send($socket, "x" x ($size - 28), 0);
    while ($reader->can_read(0)) { recv($socket, my $data, 65535, 0); my $got = length($data) + 28; $largest = $got if $got > $largest && $got > 28 }
  }
  while ($largest < $mtu && $reader->can_read(0.3)) { recv($socket, my $data, 65535, 0); my $got = length($data) + 28; $largest = $got if $got > $largest && $got > 28 }
  last if $largest == $mtu;
}
print "$largest\\n";`;

/** HOST PORT: bytes sent, then bytes received, within a second each. */
export const BANDWIDTH = `use strict; use IO::Socket::INET; use IO::Select;
my ($host, $port) = @ARGV; $SIG{PIPE} = "IGNORE";
sub dial { IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Timeout => 2) or die "$!\\n" }
my $up = dial(); my $zeros = "\\0" x 262144; syswrite $up, "sink"; $up->blocking(0);
my $reader = IO::Select->new($up);
while (1) {
  my ($readable) = IO::Select->select($reader, $reader, undef, 3) or die "no answer\\n";
  last if @$readable; syswrite $up, $zeros;
}
print scalar <$up>; close $up;
my $down = dial(); my $count = 0; syswrite $down, "give";
$SIG{ALRM} = sub { print "$count\\n"; exit }; alarm 1;
while (my $got = sysread $down, my $data, 262144) { $count += $got }
die "no answer\\n";`;

/** HOST PORT: ends the server. */
export const QUIT = `exec 3>/dev/udp/$1/$2; printf quit >&3`;

/** HOST PORT TEXT: prints the text that the server sends back. */
export const ASK = `exec 3<>/dev/tcp/$1/$2 || exit 1
printf 'echo%s\\n' "$3" >&3; read -r -t 2 -u 3 line && echo "$line"`;

/** HOST PORT: whether a connection is accepted. */
export const ACCEPTS = `timeout 2 bash -c 'exec 3<>/dev/tcp/$0/$1' "$1" "$2"`;

/** NAME…: for each, in parallel, milliseconds and the first address, or nothing. */
export const RESOLVE = `for name; do
  (
    start=\${EPOCHREALTIME/./}
    found=$(timeout 3 getent ahostsv4 "$name" | head -n 1)
    echo "$name $(((\${EPOCHREALTIME/./} - start) / 1000)) \${found%% *}"
  ) &
done
wait`;

/**
 * MARK KEY ENDPOINT…, with the private key on stdin: for each endpoint, the milliseconds until the peer KEY has
 * answered a handshake, or nothing. Each endpoint gets its own device beside Cargo's; the mark keeps their packets out
 * of the tunnel.
 */
export const HANDSHAKES = `mark=$1 peer=$2 private=$(cat); shift 2
devices=() pids=()
trap 'for device in "\${devices[@]}"; do ip link delete "$device" 2>/dev/null; done; kill "\${pids[@]}" 2>/dev/null' EXIT
add_peer() { wg set "$1" peer "$peer" endpoint "$2" persistent-keepalive 5; }
probe() {
  local device=$1 endpoint=$2 start=\${EPOCHREALTIME/./} try look
  for try in 1 2; do
    add_peer "$device" "$endpoint" 2>/dev/null || break
    for ((look = 0; look < 20; look++)); do
      if [[ $(wg show "$device" latest-handshakes | cut -f 2) -gt 0 ]]; then
        echo "$endpoint $(((\${EPOCHREALTIME/./} - start) / 1000))"
        return
      fi
      sleep 0.05
    done
    wg set "$device" peer "$peer" remove
  done
  echo "$endpoint"
}
for endpoint; do
  device=wg-probe\${#devices[@]}
  if ! ip link add "$device" type wireguard 2>/dev/null; then
    LOG_LEVEL=error WG_PROCESS_FOREGROUND=1 wireguard-go --foreground "$device" >/dev/null 2>&1 &
    pids+=("$!")
    for ((wait = 0; wait < 100; wait++)); do [[ -S /var/run/wireguard/$device.sock ]] && break; sleep 0.02; done
  fi
  devices+=("$device")
  wg set "$device" fwmark "$mark" private-key <(printf '%s\\n' "$private") && ip link set "$device" up
done
probes=()
i=0
for endpoint; do
  probe "\${devices[i]}" "$endpoint" &
  probes+=("$!")
  i=$((i + 1))
  sleep 0.06 # WireGuard takes one handshake of a peer within 20 ms
done
wait "\${probes[@]}"`;
