# shellcheck shell=bash
# CoreDNS under `cargo run`. `cargo apply` is another process: it writes the Corefile, sends USR1 to `run`, and reads the
# result from a pipe.

readonly COREFILE=$RUNTIME/Corefile

apply_dns() {
  if [[ ! -e $RUNTIME/pid ]]; then # `run` itself restores the last state
    cp "$1" "$COREFILE"
    serve_dns
    return
  fi
  local answer=
  cp "$1" "$COREFILE"
  exec 8<>"$RUNTIME/dns.answer"
  while read -r -t 0 -u 8 && read -r -u 8 _; do :; done
  kill -USR1 "$(<"$RUNTIME/pid")"
  read -r -t 20 -u 8 answer || answer="CoreDNS does not answer"
  exec 8>&-
  [[ $answer == ok ]] && return
  printf '%s\n' "$answer" >&2
  return 1
}

# In `run`: starts CoreDNS, or reloads it without losing a query.
serve_dns() {
  if [[ -n ${dns:-} ]]; then
    kill -USR1 "$dns"
    return 0 # in a trap, a bare one would pass on the status of what the signal interrupted
  fi
  coredns -conf "$COREFILE" > >(relay_dns) 2>&1 &
  dns=$!
  children+=("$dns")
}

# Passes CoreDNS's log on, and reports to a waiting `apply` whether the Corefile was accepted.
relay_dns() {
  trap '' USR1
  exec 8<>"$RUNTIME/dns.answer"
  local line last=''
  while IFS= read -r line; do
    printf '%s\n' "$line"
    last=$line
    case $line in
      CoreDNS-* | *"Reloading complete"*)
        : >"$RUNTIME/dns.ok"
        echo ok >&8
        ;;
      *"[ERROR] SIGUSR1"*) echo "$line" >&8 ;;
    esac
  done
  echo "${last:-CoreDNS ended}" >&8
}

child_ended() {
  [[ $1 != "${wireguard:-}" ]] || refuse "wireguard-go ended with $2"
  [[ $1 != "${relay:-}" ]] || refuse "relay ended with $2"
  [[ $1 == "${dns:-}" ]] || return 0
  dns=
  rm -f "$LIVE/Corefile"
  # A CoreDNS that served and ended stops the container, and the restart policy starts everything again. One that
  # refused its Corefile leaves the tunnel running.
  [[ ! -e $RUNTIME/dns.ok ]] || refuse "CoreDNS ended with $2"
  log "CoreDNS did not start"
}
