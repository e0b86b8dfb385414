# shellcheck shell=bash
# The WireGuard end that cargo and stowaway share: the device wg0 and the four parts of its desired state. Sourced by both,
# which set PROGRAM (their name) and FILES (the files of `apply`, all of them needed).

readonly DEVICE=wg0
readonly TABLE=51820 # of the routes for everything that shall enter the tunnel, as wg-quick names it
# In memory, because Stowaway's files contain its private key. It may outlive the container (a pod's restart keeps it),
# so `run` empties it.
readonly RUNTIME=/dev/shm/$PROGRAM
readonly LIVE=$RUNTIME/live

umask 077

log() { printf '%s: %s\n' "$PROGRAM" "$*"; }

refuse() {
  printf '%s: %s\n' "$PROGRAM" "$*" >&2
  exit 1
}

# Device ---------------------------------------------------------------------------------------------------------

start_device() {
  if ip link show "$DEVICE" &>/dev/null || ip link add "$DEVICE" type wireguard 2>/dev/null; then
    echo kernel >"$RUNTIME/device"
  else
    start_wireguard_go
    echo wireguard-go >"$RUNTIME/device"
  fi
  ip link set "$DEVICE" up
  log "device $DEVICE is up ($(<"$RUNTIME/device"))"
}

start_wireguard_go() {
  if [[ ! -c /dev/net/tun ]]; then
    mkdir -p /dev/net
    mknod -m 600 /dev/net/tun c 10 200 || refuse "cannot create /dev/net/tun: NET_ADMIN and MKNOD are needed"
  fi
  # A killed wireguard-go leaves its socket, and a restarted container keeps its old file system.
  local socket=/var/run/wireguard/$DEVICE.sock
  rm -f "$socket"
  # This marks "already in the foreground", and suppresses wireguard-go's message about the missing kernel module.
  LOG_LEVEL=error WG_PROCESS_FOREGROUND=1 wireguard-go --foreground "$DEVICE" &
  wireguard=$!
  # Ten seconds: a container that ends here is started again by Docker, and a command in it fails meanwhile.
  local tries
  for ((tries = 0; tries < 500; tries++)); do
    [[ -S $socket ]] && return
    kill -0 "$wireguard" 2>/dev/null || break
    sleep 0.02
  done
  refuse "cannot start wireguard-go: no device $DEVICE"
}

# Called last by `run`. Ends with the first of the container's main processes.
supervise() {
  sleep infinity &
  children+=("$!" ${wireguard:+"$wireguard"})
  printf '%s\n' "$BASHPID" >"$RUNTIME/pid"
  local ended code
  while :; do
    ended=
    code=0
    wait -n -p ended || code=$?
    [[ -n ${ended:-} ]] || continue # a signal came, and wait unset it
    child_ended "$ended" "$code"
  done
}

child_ended() {
  [[ $1 != "${wireguard:-}" ]] || refuse "wireguard-go ended with $2"
}

stop() {
  trap '' TERM INT
  log stopped
  kill "${children[@]}" 2>/dev/null || true
  exit 0
}

# `docker start` returns before `run` is ready.
await_run() {
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    [[ -e $RUNTIME/pid ]] && return
    sleep 0.05
  done
  refuse "'$PROGRAM run' is not up"
}

# Desired state --------------------------------------------------------------------------------------------------

apply() {
  await_run
  exec 9>"$RUNTIME/lock"
  flock 9
  incoming=$(mktemp -d "$RUNTIME/incoming.XXXXXX")
  trap 'rm -rf "$incoming"' EXIT
  unpack "$incoming"
  check_wireguard "$incoming/wireguard.conf"
  check_network "$incoming/network.conf"
  nft --check -f "$incoming/nftables.conf" || refuse "nftables.conf refused, nothing changed"
  rm -rf "$RUNTIME/previous"
  cp -r "$LIVE" "$RUNTIME/previous"
  if ! apply_parts "$incoming"; then
    local refused=$failed
    apply_parts "$RUNTIME/previous" || true
    refuse "$refused refused, the old state is back"
  fi
  report
}

report() {
  if ((${#changed[@]} == 0)); then
    echo unchanged
    return
  fi
  declare -F keep >/dev/null && keep
  echo "applied: ${changed[*]}"
  log "applied: ${changed[*]}" >"/proc/$(<"$RUNTIME/pid")/fd/1"
}

unpack() {
  local entry
  tar --extract --no-same-owner --no-same-permissions --directory "$1" || refuse "cannot read the state: not a tar"
  for entry in "$1"/* "$1"/.[!.]*; do
    [[ -e $entry || -L $entry ]] || continue
    [[ -f $entry && ! -L $entry && " $FILES " == *" ${entry##*/} "* ]] || refuse "unknown file ${entry##*/}"
  done
  for entry in $FILES; do
    [[ -e $1/$entry ]] || refuse "$entry is missing"
  done
}

# Sets the global lists `changed` and, on failure, `failed`. A folder without a file leaves that part alone.
apply_parts() {
  changed=()
  local file
  for file in $FILES; do
    [[ -e $1/$file ]] || continue
    cmp -s "$1/$file" "$LIVE/$file" && continue
    rm -f "$RUNTIME/before"
    [[ ! -e $LIVE/$file ]] || mv "$LIVE/$file" "$RUNTIME/before" # until proven, nothing is known of this part
    case $file in
      wireguard.conf) apply_wireguard "$1/$file" "$RUNTIME/before" ;;
      nftables.conf) nft -f "$1/$file" ;;
      network.conf) apply_network "$1/$file" ;;
      Corefile) apply_dns "$1/$file" ;;
    esac || {
      failed=$file
      return 1
    }
    cp "$1/$file" "$LIVE/$file"
    changed+=("$(part_of "$file")")
  done
}

part_of() {
  case $1 in
    Corefile) echo dns ;;
    *) echo "${1%.conf}" ;;
  esac
}

# WireGuard ------------------------------------------------------------------------------------------------------

# The input of wg; Cargo overrides this function to add the private key.
wireguard_config() { cat "$1"; }

# wg parses the whole file before it looks for the device, so a device that does not exist makes this a check.
check_wireguard() {
  local said
  said=$(wg setconf "no-$DEVICE" <(wireguard_config "$1") 2>&1) || true
  [[ $said != *"Configuration parsing error"* ]] || refuse "wireguard.conf refused, nothing changed: ${said%%$'\n'*}"
}

# apply_wireguard NEW [BEFORE]: touches only the peers that differ. `wg syncconf` of the whole file opens the UDP socket
# again: packets that arrive meanwhile are lost for everybody, and without a ListenPort it uses a new port, which the
# other end learns only from the next packet. If there was no peer, or will be none, nobody is affected, and a new port
# is wanted: a router in between may hold a wrong entry for the old one.
apply_wireguard() {
  local now before changed gone key
  now=$(sections "$1")
  before=$(sections "${2:-/dev/null}" 2>/dev/null) || before=
  changed=$(grep -vxF "$before" <<<"$now") || true
  gone=$(grep -vxF "$now" <<<"$before") || true
  if [[ $now != *"[Peer]"* || $before != *"[Peer]"* || $changed$gone == *"[Interface]"* ]]; then
    wg syncconf "$DEVICE" <(wireguard_config "$1")
    return
  fi
  while read -r key; do
    [[ $now == *"PublicKey = $key"* ]] || wg set "$DEVICE" peer "$key" remove || return
  done < <(tr '\t' '\n' <<<"$gone" | sed -n 's/^PublicKey = //p')
  [[ -z $changed ]] || wg addconf "$DEVICE" <(tr '\t' '\n' <<<"$changed")
}

# One line for each section of a configuration, its lines separated by tabs.
sections() { awk '/^\[/ && text { print text; text = "" } NF { text = text $0 "\t" } END { if (text) print text }' "$1"; }

# Network --------------------------------------------------------------------------------------------------------

# setting FILE KEY prints the value; the file is never sourced.
setting() { sed -n "s/^$2=//p" "$1"; }

check_network() {
  local cidr='([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}' line
  local route="$cidr( dev $DEVICE)?( mtu [0-9]{3,5})?" endpoint='[a-zA-Z0-9.-]+:[0-9]{1,5}'
  while IFS= read -r line; do
    [[ -z $line || $line =~ ^ADDRESS=$cidr$ || $line =~ ^MTU=[0-9]{3,5}$ || $line =~ ^DEFAULT_ROUTE=(yes|no)$ ||
      $line =~ ^PEER=([0-9]{1,3}\.){3}[0-9]{1,3}$ ||
      $line =~ ^ROUTES=$route(,$route)*$ || $line =~ ^ENDPOINTS=$endpoint(,$endpoint)*$ ]] ||
      refuse "network.conf refused, nothing changed: $line"
  done <"$1"
  [[ -n $(setting "$1" ADDRESS) && -n $(setting "$1" MTU) ]] || refuse "network.conf needs ADDRESS and MTU"
}

apply_network() {
  local address old route wanted named
  address=$(setting "$1" ADDRESS)
  ip link set "$DEVICE" mtu "$(setting "$1" MTU)" up || return
  for old in $(ip -o -4 address show dev "$DEVICE" | awk '{ print $4 }'); do
    [[ $old == "$address" ]] || ip address del "$old" dev "$DEVICE" || return
  done
  ip address replace "$address" dev "$DEVICE" || return
  # Routes that stay are never absent, because packets of their connections would leave elsewhere. So new routes are
  # added first, and old ones removed last.
  wanted=$(setting "$1" ROUTES | tr ',' '\n' | sed "s/ dev $DEVICE//")
  # shellcheck disable=SC2086 # "CIDR mtu BYTES" are words of their own
  while IFS= read -r route; do
    [[ -z $route ]] || ip route replace ${route%% *} dev "$DEVICE" proto static ${route#"${route%% *}"} || return
  done <<<"$wanted"
  [[ $(setting "$1" DEFAULT_ROUTE) != yes ]] || add_default_route || return
  # Compared in ip's own notation: it prints 10.1.2.3 for 10.1.2.3/32.
  named=$(while IFS= read -r route; do [[ -z $route ]] || static_routes to exact "${route%% *}"; done <<<"$wanted")
  while IFS= read -r route; do
    ip route del "${route%% *}" dev "$DEVICE" proto static || return
  done < <(static_routes | grep -vxF "$named")
  [[ $(setting "$1" DEFAULT_ROUTE) == yes ]] || drop_default_route
}

static_routes() { ip -4 route show "$@" dev "$DEVICE" proto static; }

# As wg-quick does it: all traffic enters the tunnel except WireGuard's own datagrams, which have its mark, and traffic
# with a more specific route than the default one. Traffic from app containers (GATEWAY_DEVICE) always enters it: they
# see the cluster's networks as a pod does, even networks that this container is attached to.
add_default_route() {
  local mark device rules=$RUNTIME/default-route
  mark=$(wg show "$DEVICE" fwmark)
  [[ $mark != off ]] || {
    echo "DEFAULT_ROUTE needs FwMark in wireguard.conf" >&2
    return 1
  }
  ip route replace default dev "$DEVICE" table "$TABLE" || return
  device=$(cat "$RUNTIME/gateway-device" 2>/dev/null) || device=
  # Existing routes stay: without them packets would leave elsewhere for a moment.
  [[ $(cat "$rules" 2>/dev/null) != "$mark $device" ]] || return 0
  drop_rules
  ip rule add not fwmark "$mark" table "$TABLE" priority 32765 || return
  ip rule add table main suppress_prefixlength 0 priority 32764 || return
  [[ -z $device ]] || ip rule add iif "$device" table "$TABLE" priority 32763 || return
  echo "$mark $device" >"$rules"
}

drop_default_route() {
  drop_rules
  ip route flush table "$TABLE" 2>/dev/null || true
}

drop_rules() {
  local priority
  rm -f "$RUNTIME/default-route"
  for priority in 32763 32764 32765; do
    while ip rule del priority "$priority" 2>/dev/null; do :; done
  done
}

# Status ---------------------------------------------------------------------------------------------------------

status() {
  await_run
  wg show "$DEVICE" dump | awk -F '\t' -v kind="$(<"$RUNTIME/device")" -v mtu="$(<"/sys/class/net/$DEVICE/mtu")" '
    function text(value) { return value == "(none)" ? "\"\"" : "\"" value "\"" }
    NR == 1 { printf "{\"publicKey\":%s,\"listenPort\":%d,\"peers\":[", text($2), $3; next }
    {
      ranges = $4 == "(none)" ? "" : "\"" $4 "\""
      gsub(",", "\",\"", ranges)
      printf "%s{\"publicKey\":%s,\"endpoint\":%s,\"latestHandshake\":%d,\"rxBytes\":%d,\"txBytes\":%d,\"allowedIPs\":[%s]}",
        (NR > 2 ? "," : ""), text($1), text($3), $5, $6, $7, ranges
    }
    END { printf "],\"device\":\"%s\",\"mtu\":%d}\n", kind, mtu }'
}
