package main

import (
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gefyra/agent/fakes"
)

const (
	// CoreDNS accepts every Corefile but one with the word, at its start and when it reads it again.
	corednsWorks = `refuse() { grep -q telepathy "$2"; }
trap 'if refuse "$@"; then echo "[ERROR] SIGUSR1: Unknown directive telepathy"; else echo "[INFO] Reloading complete"; fi' USR1
if refuse "$@"; then echo "Unknown directive telepathy" >&2; exit 1; fi
echo CoreDNS-1.13.1
trap 'exit 0' TERM
while :; do sleep 0.05; done`
	relayWorks = `trap 'exit 0' TERM; while :; do sleep 0.05; done`
	wgOfCargo  = `case "$*" in
genkey) echo private= ;;
pubkey) read -r key; echo "public of $key" ;;
syncconf*) cat >>"$AGENT_ROOT/loaded" ;;
*) ` + wgWorks + ` ;;
esac`
)

func cargoFiles(changes map[string]string) map[string]string {
	files := map[string]string{
		"Corefile":       ".:53 { }\n",
		"nftables.conf":  "table ip gefyra { }\n",
		"wireguard.conf": "[Peer]\nPublicKey = stowaway=\nEndpoint = 10.0.0.1:31820\n",
		"network.conf":   "ADDRESS=198.18.1.2/24\nMTU=1420\nPEER=198.18.0.1\n",
	}
	maps.Copy(files, changes)
	return files
}

func startCargo(t *testing.T) (*running, *fakes.Programs) {
	t.Helper()
	programs := fakes.New(t, map[string]string{
		"ip": ipInKernel, "wg": wgOfCargo, "nft": nftWorks, "coredns": corednsWorks, "relay": relayWorks,
	})
	return startRole(t, "cargo"), programs
}

func applyToCargo(t *testing.T, changes map[string]string) (string, string) {
	t.Helper()
	stdout, stderr, _ := command(fakes.Tar(t, cargoFiles(changes)), "cargo", "apply")
	return stdout, stderr
}

func TestCargoKeepsItsStateOverARestart(t *testing.T) {
	onNode(t)
	cargo, _ := startCargo(t)
	if stdout, stderr := applyToCargo(t, nil); stdout != "applied: dns nftables wireguard network" {
		t.Fatalf("%q, %q\n%s", stdout, stderr, cargo.output)
	}
	if stdout, _, _ := command(nil, "cargo", "public-key"); stdout != "public of private=" {
		t.Errorf("the key: %s", stdout)
	}
	loaded, _ := os.ReadFile(os.Getenv("AGENT_ROOT") + "/loaded")
	if !strings.HasPrefix(string(loaded), "[Interface]\nPrivateKey = private=\n[Peer]\n") {
		t.Errorf("wg got:\n%s", loaded)
	}
	_ = cargo.command.Process.Signal(syscall.SIGTERM)
	if err := cargo.awaitEnd(t); err != nil {
		t.Errorf("stopped: %v", err)
	}
	cargo, programs := startCargo(t)
	if stdout, stderr := applyToCargo(t, nil); stdout != "unchanged" {
		t.Errorf("after the restart: %q, %q\n%s", stdout, stderr, cargo.output)
	}
	calls := programs.Calls(t)
	for _, want := range []string{"relay cargo", "nft -f -", "wg syncconf wg0 /dev/stdin", "ip address add 198.18.1.2/24 dev wg0"} {
		if !slices.Contains(calls, want) {
			t.Errorf("no %q in\n  %s", want, strings.Join(calls, "\n  "))
		}
	}
	if slices.Contains(calls, "wg genkey") {
		t.Error("it made another key")
	}
}

func TestACorefileThatIsRefusedLeavesTheOldState(t *testing.T) {
	onNode(t)
	cargo, programs := startCargo(t)
	if stdout, stderr := applyToCargo(t, map[string]string{"Corefile": "telepathy"}); stdout != "" ||
		stderr != "cargo: Unknown directive telepathy\ncargo: Corefile refused, the old state is back" {
		t.Errorf("at first: %q, %q", stdout, stderr)
	}
	if stdout, stderr := applyToCargo(t, nil); stdout != "applied: dns nftables wireguard network" {
		t.Errorf("then: %q, %q\n%s", stdout, stderr, cargo.output)
	}
	_, stderr := applyToCargo(t, map[string]string{"Corefile": "telepathy", "nftables.conf": "new"})
	if stderr != "cargo: [ERROR] SIGUSR1: Unknown directive telepathy\ncargo: Corefile refused, the old state is back" {
		t.Errorf("later: %q", stderr)
	}
	programs.Calls(t)
	if stdout, _ := applyToCargo(t, nil); stdout != "unchanged" {
		t.Errorf("after that: %q, calls %q", stdout, programs.Calls(t))
	}
}

func TestCargoEndsWithItsResolver(t *testing.T) {
	onNode(t)
	cargo, programs := startCargo(t)
	programs.Set(t, "coredns", "echo CoreDNS-1.13.1; sleep 0.3; exit 2")
	applyToCargo(t, nil)
	_ = cargo.awaitEnd(t)
	if code := cargo.command.ProcessState.ExitCode(); code != 1 || !strings.HasSuffix(cargo.output.String(), "cargo: coredns ended: exit status 2\n") {
		t.Errorf("%d\n%s", code, cargo.output)
	}
}
