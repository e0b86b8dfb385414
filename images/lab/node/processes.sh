# shellcheck shell=bash
# The node's processes: children of pid 1, each with a log in /var/log/lab. When one ends, the node ends.

declare -A PROCESSES LINES_BEFORE

# start NAME COMMAND…
start() {
  local name=$1 log=/var/log/lab/$1.log
  shift
  # Lines from before a restart of the node do not explain why it ends now.
  touch "$log"
  LINES_BEFORE[$name]=$(wc -l <"$log")
  "$@" >>"$log" 2>&1 &
  PROCESSES[$!]=$name
  echo "started: $name"
}

# until_ok SECONDS COMMAND…: repeats a quiet command until it succeeds; stops if a process has ended
until_ok() {
  local process end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then
      echo "took too long: $*"
      stop 1
    fi
    for process in "${!PROCESSES[@]}"; do
      kill -0 "$process" 2>/dev/null || stop_because "$process"
    done
    sleep 0.1
  done
}

supervise() {
  local ended
  wait -n -p ended "${!PROCESSES[@]}" || true
  stop_because "$ended"
}

# stop_because PID: prints what `gefyra lab up` shows of it (lib/lab/diagnosis.ts)
stop_because() {
  local name=${PROCESSES[$1]}
  echo "ended: $name"
  tail -n "+$((LINES_BEFORE[$name] + 1))" "/var/log/lab/$name.log" | tail -n 20
  stop 1
}

# Everything ends with pid 1. The kernel already has what etcd has written.
stop() {
  trap - TERM INT
  echo "stopped"
  exit "$1"
}

if [ $$ = 1 ]; then trap 'stop 0' TERM INT; fi
