# The node's processes: children of pid 1, each with a log in /var/log/lab. When one ends, the node ends.

declare -A PROCESSES

# start NAME COMMAND…
start() {
  local name=$1
  shift
  "$@" >>"/var/log/lab/$name.log" 2>&1 &
  PROCESSES[$!]=$name
  echo "started: $name"
}

# until_ok SECONDS COMMAND…: repeats a quiet command until it succeeds
until_ok() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then
      echo "took too long: $*"
      stop 1
    fi
    sleep 0.1
  done
}

supervise() {
  local ended name
  wait -n -p ended "${!PROCESSES[@]}" || true
  name=${PROCESSES[$ended]}
  echo "ended: $name"
  tail -n 20 "/var/log/lab/$name.log"
  stop 1
}

# Everything ends with pid 1. What etcd has written is in the kernel's hands already.
stop() {
  trap - TERM INT
  echo "stopped"
  exit "$1"
}

if [ $$ = 1 ]; then trap 'stop 0' TERM INT; fi
