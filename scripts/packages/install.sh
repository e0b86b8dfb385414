#!/bin/sh
# Installs the program gefyra for this user, without root: sh install.sh [FOLDER]
#
#   FOLDER        where to put it, default ~/.local/bin
#   GEFYRA_URL    a mirror: the folder with the archives
#   GEFYRA_FORCE  "yes" replaces a file that is not a gefyra program
set -eu

# Filled in for each release; one line of ARCHIVES: system, archive, SHA-256.
VERSION=''
URL=''
ARCHIVES=''

fail() {
  echo "Cannot install gefyra: $*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

system_of() {
  case $1 in Linux) system=linux ;; Darwin) system=macos ;; *) fail "there is no program for $1" ;; esac
  case $2 in
    x86_64 | amd64) echo "$system-x64" ;;
    aarch64 | arm64) echo "$system-arm64" ;;
    *) fail "there is no program for $1 on $2" ;;
  esac
}

# entry FIELD: a word of this system's line
entry() { printf '%s\n' "$ARCHIVES" | awk -v name="$system" -v field="$1" '$1 == name { print $field }'; }

# A lost connection is tried again, and none hangs.
fetch() {
  if have curl; then
    curl --fail --silent --show-error --location --retry 3 --connect-timeout 20 --max-time 600 --output "$2" "$1"
  elif have wget; then
    wget --quiet --tries 3 --timeout 20 --output-document "$2" "$1"
  else
    fail "neither curl nor wget is on this machine"
  fi
}

sum_of() {
  if have sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif have shasum; then
    shasum --algorithm 256 "$1" | cut -d ' ' -f 1
  else
    fail "neither sha256sum nor shasum is on this machine, so the archive cannot be checked"
  fi
}

# Nothing is replaced that was not gefyra before.
refuse_other() {
  if [ ! -e "$1" ] || [ "${GEFYRA_FORCE:-}" = yes ]; then return; fi
  [ ! -d "$1" ] || fail "$1 is a folder"
  case $("$1" --version 2>/dev/null || true) in
    [0-9]*.[0-9]* | gefyra*) ;;
    *) fail "$1 is another program (GEFYRA_FORCE=yes replaces it)" ;;
  esac
}

# One function, so that a script that was cut off on the way does nothing.
main() {
  folder=${1:-${HOME:?}/.local/bin}
  system=$(system_of "$(uname -s)" "$(uname -m)")
  archive=$(entry 2)
  expected=$(entry 3)
  [ -n "$archive" ] || fail "version $VERSION has no program for $system"
  refuse_other "$folder/gefyra"

  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' INT TERM HUP
  from=${GEFYRA_URL:-$URL}/$archive
  fetch "$from" "$work/archive" || fail "$from cannot be fetched"
  found=$(sum_of "$work/archive")
  [ "$found" = "$expected" ] || fail "$from has the SHA-256 sum $found, not $expected"
  tar -xzf "$work/archive" -C "$work" gefyra

  mkdir -p "$folder" || fail "$folder cannot be made"
  # Beside the target, so that the program is replaced in one step, also while it runs.
  new=$folder/.gefyra.$$
  if ! { cp "$work/gefyra" "$new" && chmod 755 "$new" && mv -f "$new" "$folder/gefyra"; }; then
    rm -f "$new"
    fail "$folder cannot be written to"
  fi
  echo "gefyra $VERSION is in $folder"
  case ":$PATH:" in *":$folder:"*) ;; *) echo "Add it to your PATH: export PATH=\"$folder:\$PATH\"" ;; esac
}

main "$@"
