# shellcheck shell=bash
# The path to the other end under `cargo run`: the endpoint in use, whether it answers, and its MTU.

readonly LOOK_EVERY=2    # seconds
readonly BETTER_EVERY=300 # seconds between two tries of an endpoint that is better than the one in use
readonly HOLD_TRIES=5     # of a second at most
readonly OVERHEAD=60     # IPv4 and UDP headers, WireGuard's header and tag
readonly SMALLEST_MTU=576

# A peer that lost its session (Stowaway restarted) drops packets silently, and WireGuard detects that up to two minutes
# later. Both ends send keepalives, so silence shows it: Cargo then drops the session and starts a new one, at the next
# known endpoint if there are several.
watch_peer() {
  local received seen='' silent=0 keepalive turn=0 asked=$SECONDS asks=0
  while sleep "$LOOK_EVERY"; do
    read -r _ keepalive < <(wg show "$DEVICE" persistent-keepalive) || { silent=0 && continue; }
    read -r _ received _ < <(wg show "$DEVICE" transfer) || continue
    if [[ $received != "$seen" ]]; then
      seen=$received silent=0 turn=0
      if ((SECONDS - asked >= BETTER_EVERY)); then
        try_better "$asks" || true
        asked=$SECONDS asks=$((asks + 1))
      fi
      continue
    fi
    silent=$((silent + LOOK_EVERY))
    if [[ $keepalive == off ]] || ((silent <= 2 * keepalive)); then continue; fi
    ((received == 0)) || log "peer is silent, starting a new session"
    renew_session "$turn" || log "cannot start a new session"
    turn=$((turn + 1)) seen=0 silent=0
  done
}

# The endpoint as wg prints it: address and port.
endpoint_in_use() { wg show "$DEVICE" endpoints | cut -f 2; }

# The configured endpoints, best first, as wg would print them.
endpoints() { setting "$LIVE/network.conf" ENDPOINTS | tr ',' '\n' | addresses_of; }

# The endpoint of the applied state, as wg would print it; `applied_endpoint all` with every address of its name.
applied_endpoint() { sed -n 's/^Endpoint = //p' "$LIVE/wireguard.conf" | addresses_of "$@"; }

# Resolves HOST:PORT on every line of stdin, to the first address of a name, or to all.
addresses_of() {
  local endpoint host known=1
  [[ ${1:-} != all ]] || known=100
  while IFS= read -r endpoint; do
    host=${endpoint%:*}
    [[ $host =~ ^[0-9.]+$ ]] || host=$(getent ahostsv4 "$host" | cut -d ' ' -f 1 | uniq | head -n "$known")
    for host in $host; do echo "$host:${endpoint##*:}"; done
  done
}

# renew_session TURN: starts a new session; first at the configured endpoint, then at the others in turn.
renew_session() {
  (
    flock 9
    [[ -e $LIVE/wireguard.conf ]] || exit 0
    local endpoint
    local -a list=()
    endpoint=$(applied_endpoint)
    mapfile -t list < <(
      [[ -z $endpoint ]] || echo "$endpoint"
      endpoints 2>/dev/null | grep -vxF "$endpoint"
    )
    ((${#list[@]} > 0)) || exit 1 # a name without an address
    endpoint=${list[$(($1 % ${#list[@]}))]}
    ((${#list[@]} < 2)) || log "calling $endpoint"
    sed "s/^Endpoint = .*/Endpoint = $endpoint/" "$LIVE/wireguard.conf" >"$RUNTIME/renewed.conf"
    wg syncconf "$DEVICE" <(wireguard_config "$RUNTIME/renewed.conf" | sed '/^\[Peer\]/,$d')
    apply_wireguard "$RUNTIME/renewed.conf"
  ) 9>"$RUNTIME/lock"
}

# better_than ENDPOINT: the endpoints before it in the list.
better_than() {
  local endpoint
  while IFS= read -r endpoint; do
    [[ $endpoint != "$1" ]] || return 0
    echo "$endpoint"
  done < <(endpoints)
}

# try_better [TURN]: while the tunnel works, checks whether a better endpoint than the one in use answers. The session
# moves to it, so connections stay open. An endpoint that does not answer interrupts the tunnel for a second: with a
# turn only one is tried.
try_better() {
  (
    flock 9
    local key now endpoint other
    local -a better=()
    read -r key now < <(wg show "$DEVICE" endpoints) || exit 0
    other=$(setting "$LIVE/network.conf" PEER)
    [[ -n $other ]] || exit 0
    mapfile -t better < <(better_than "$now")
    if (($# > 0 && ${#better[@]} > 0)); then better=("${better[$1 % ${#better[@]}]}"); fi
    for endpoint in "${better[@]}"; do
      wg set "$DEVICE" peer "$key" endpoint "$endpoint" || continue
      if ping -n -q -c 2 -i 0.2 -W 0.8 "$other" >/dev/null && [[ $(endpoint_in_use) == "$endpoint" ]]; then
        log "switched to a better endpoint: $endpoint"
        exit 0
      fi
      # The other end may have received a packet from this endpoint although its response was lost, and would send there
      # until it gets another packet.
      hold "$key" "$now" "$other" || true
    done
  ) 9>"$RUNTIME/lock"
}

# hold KEY ENDPOINT OTHER: makes both directions use the endpoint. The other end sends to the address of the newest
# packet, so a response proves both directions. Packets still under way over another endpoint (the API server may delay
# them) move either end back when they arrive: then it is repeated.
hold() {
  local tries
  for ((tries = 0; tries < HOLD_TRIES; tries++)); do
    [[ $(endpoint_in_use) == "$2" ]] || wg set "$DEVICE" peer "$1" endpoint "$2" || return
    if ping -n -q -c 1 -W 1 "$3" >/dev/null && [[ $(endpoint_in_use) == "$2" ]]; then return; fi
  done
  return 1
}

# confirm: checks that both directions use the endpoint of the applied state, after a change.
confirm() {
  await_run
  exec 9>"$RUNTIME/lock"
  flock 9
  local key other endpoint
  read -r key _ < <(wg show "$DEVICE" endpoints) || refuse "cannot confirm: there is no peer"
  other=$(setting "$LIVE/network.conf" PEER)
  endpoint=$(applied_endpoint all | grep -xF "$(endpoint_in_use)") || endpoint=$(applied_endpoint)
  hold "$key" "$endpoint" "$other" || refuse "cannot confirm: $other does not answer through the tunnel at $endpoint"
}

# measure MTU. Probes have a multiple of 16 bytes, to which WireGuard pads, or the device's own MTU.
measure() {
  await_run
  exec 9>"$RUNTIME/lock"
  flock 9
  local other largest=$1 before latency mtu
  other=$(setting "$LIVE/network.conf" PEER)
  before=$(<"/sys/class/net/$DEVICE/mtu")
  latency=$(ping -n -q -c 3 -i 0.05 -W 2 "$other" | sed -n 's/^rtt [^=]*= \([0-9.]*\).*/\1/p') || true
  [[ -n $latency ]] || refuse "cannot measure: $other does not answer through the tunnel"
  # shellcheck disable=SC2064 # the value of now
  trap "ip link set '$DEVICE' mtu '$before'" EXIT
  ip link set "$DEVICE" mtu "$largest"
  forget_path
  mtu=$(largest_mtu "$other" "$largest" "$latency")
  printf '{"mtu":%d,"latencyMs":%s}\n' "$mtu" "$latency"
}

# The kernel keeps a path's MTU for ten minutes, although the path may be wider by now. It keeps it with the route, so a
# route that differs starts without it. It differs in a hop limit, set to its default.
forget_path() {
  local endpoint route
  endpoint=$(endpoint_in_use)
  route=$(ip -4 route get fibmatch "${endpoint%:*}" mark "$(wg show "$DEVICE" fwmark)" 2>/dev/null) || return 0
  [[ $route != local* ]] || return 0
  if [[ $route == *" hoplimit 64"* ]]; then route=${route/ hoplimit 64/}; else route+=' hoplimit 64'; fi
  # shellcheck disable=SC2086 # words of ip
  ip -4 route replace $route || true
}

# A probe that is too long may teach the kernel the path's MTU. From then on the kernel would fragment such probes,
# which arrive, but slowly. So the kernel's value sets the limit, and probes find the size on paths that drop silently.
largest_mtu() {
  local limit known low high middle
  limit=$(limit_of_path "$2")
  while ! carries "$1" "$limit" "$3"; do
    known=$(limit_of_path "$2")
    ((known < limit)) || break
    limit=$known
  done
  known=$(limit_of_path "$2")
  ((known >= limit)) || limit=$known
  if carries "$1" "$limit" "$3"; then
    echo "$limit"
    return
  fi
  low=$((SMALLEST_MTU / 16)) high=$((limit / 16))
  while ((high - low > 1)); do
    middle=$(((low + high) / 2))
    if carries "$1" $((middle * 16)) "$3"; then low=$middle; else high=$middle; fi
  done
  echo $((low * 16))
}

# carries ADDRESS MTU MILLISECONDS: whether a packet of this size makes the round trip, on a path of this latency.
carries() {
  local patience
  patience=$(awk -v rtt="$3" 'BEGIN { wait = rtt * 5 / 1000; print (wait < 0.5 ? 0.5 : wait) }')
  ping -n -q -M "do" -c 2 -i 0.2 -W "$patience" -s $(($2 - 28)) "$1" >/dev/null 2>&1
}

# The tunnel's MTU by the kernel's knowledge of the path to the endpoint in use, up to a limit.
limit_of_path() {
  local endpoint route mtu
  endpoint=$(endpoint_in_use)
  route=$(ip -4 route get "${endpoint%:*}" mark "$(wg show "$DEVICE" fwmark)" 2>/dev/null) || true
  mtu=$(sed -n 's/.* mtu \([0-9]*\).*/\1/p' <<<"$route")
  [[ -n $mtu ]] || mtu=$(cat "/sys/class/net/$(sed -n 's/.* dev \([^ ]*\).*/\1/p' <<<"$route")/mtu" 2>/dev/null) || mtu=1500
  if ((mtu - OVERHEAD >= $1)); then echo "$1"; else echo $(((mtu - OVERHEAD) / 16 * 16)); fi
}
