package main

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gefyra/agent/fakes"
)

func TestMain(m *testing.M) { fakes.Main(m, main) }

const (
	// A kernel that has WireGuard, and a device that is new.
	ipInKernel = `case "$*" in
"link show wg0") exit 1 ;;
*"address show dev wg0") echo '[{"ifname":"wg0","flags":["UP"],"mtu":1500,"addr_info":[{"family":"inet6","local":"fe80::1","prefixlen":64}]}]' ;;
-json*) echo '[]' ;;
esac`
	// One that has none.
	ipWithout = `case "$*" in
link\ show*|link\ add*) echo "Unknown device type" >&2; exit 2 ;;
esac`
	wgWorks = `case "$*" in
"setconf no-wg0 /dev/stdin") grep -q Colour && printf 'Line unrecognized: Colour\nConfiguration parsing error\n' >&2; exit 1 ;;
"show wg0 fwmark") echo off ;;
"show wg0 dump") printf '(none)\town=\t51820\toff\n' ;;
esac`
	nftWorks = `! grep -q broken`

	wireguardConf = "[Interface]\nPrivateKey = secret=\nListenPort = 51820\n\n"
	alice         = "[Peer]\nPublicKey = alice=\nAllowedIPs = 198.18.1.0/24\n\n"
	bob           = "[Peer]\nPublicKey = bob=\nAllowedIPs = 198.18.2.0/24\n"
)

func stowawayFiles(changes map[string]string) map[string]string {
	files := map[string]string{
		"nftables.conf":  "table ip gefyra { }\n",
		"wireguard.conf": wireguardConf + alice,
		"network.conf":   "ADDRESS=198.18.0.1/15\nMTU=1420\nROUTES=198.18.0.0/15\n",
		"health.json":    `{"clients":[]}`,
	}
	maps.Copy(files, changes)
	return files
}

func onNode(t *testing.T) {
	t.Helper()
	t.Setenv("AGENT_HEALTH_LISTEN", "127.0.0.1:0")
	fakes.Root(t, map[string]string{
		"/proc/sys/net/ipv4/ip_forward": "1\n", "/sys/class/net/wg0/mtu": "1420\n", "/dev/net/tun": "", "/var/run/wireguard/old": "",
	})
}

// running is `stowaway run`, which ends with the test.
type running struct {
	command *exec.Cmd
	output  *bytes.Buffer
	ended   chan error
}

func startRole(t *testing.T, role string) *running {
	t.Helper()
	command, output := fakes.Agent(role, "run"), &bytes.Buffer{}
	command.Stdout, command.Stderr = output, output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	started := &running{command, output, make(chan error, 1)}
	go func() { started.ended <- command.Wait() }()
	t.Cleanup(func() { _ = command.Process.Kill() })
	return started
}

func (r *running) awaitEnd(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("'run' has not ended")
		return nil
	}
}

func command(input []byte, args ...string) (string, string, error) {
	program := fakes.Agent(args...)
	var stdout, stderr bytes.Buffer
	program.Stdin, program.Stdout, program.Stderr = bytes.NewReader(input), &stdout, &stderr
	err := program.Run()
	return strings.TrimSuffix(stdout.String(), "\n"), strings.TrimSuffix(stderr.String(), "\n"), err
}

func TestStowawayAppliesWhatDiffers(t *testing.T) {
	onNode(t)
	programs := fakes.New(t, map[string]string{"ip": ipInKernel, "wg": wgWorks, "nft": nftWorks})
	stowaway := startRole(t, "stowaway")
	for _, phase := range []struct {
		name           string
		files          map[string]string
		stdout, stderr string
		calls          []string
	}{
		{
			"the first state", stowawayFiles(nil), "applied: nftables wireguard network health", "",
			[]string{
				"ip link show wg0", "ip link add wg0 type wireguard", "ip link set wg0 up",
				"nft --check -f -", "wg setconf no-wg0 /dev/stdin",
				"nft -f -", "wg syncconf wg0 /dev/stdin",
				"ip -json address show dev wg0", "ip link set wg0 mtu 1420 up", "ip address add 198.18.0.1/15 dev wg0",
				"ip -json -4 route show dev wg0 proto static", "ip -json -4 rule show", "ip -json -4 route show table 51820",
				"wg show wg0 fwmark", "ip route replace 198.18.0.0/15 dev wg0 proto static",
			},
		},
		{"the same again", stowawayFiles(nil), "unchanged", "", nil},
		{
			"a peer comes", stowawayFiles(map[string]string{"wireguard.conf": wireguardConf + alice + bob}), "applied: wireguard", "",
			[]string{"wg setconf no-wg0 /dev/stdin", "wg addconf wg0 /dev/stdin"},
		},
		{
			"it goes", stowawayFiles(nil), "applied: wireguard", "",
			[]string{"wg setconf no-wg0 /dev/stdin", "wg set wg0 peer bob= remove"},
		},
		{
			"rules that nft refuses", stowawayFiles(map[string]string{"nftables.conf": "broken"}), "",
			"stowaway: nftables.conf refused, nothing changed: nft: exit status 1", []string{"nft --check -f -"},
		},
		{
			"a configuration that wg refuses", stowawayFiles(map[string]string{"wireguard.conf": "Colour = blue", "nftables.conf": "new"}), "",
			"stowaway: wireguard.conf refused, nothing changed: Line unrecognized: Colour",
			[]string{"nft --check -f -", "wg setconf no-wg0 /dev/stdin"},
		},
		{
			"whom nobody can probe", stowawayFiles(map[string]string{"health.json": `{"clients":[{"probe":"nobody"}]}`}), "",
			`stowaway: health.json refused, nothing changed: cannot read it: ParseAddr("nobody"): unable to parse IP`, nil,
		},
		{"a file too many", stowawayFiles(map[string]string{"Corefile": ""}), "", "stowaway: unknown file Corefile", nil},
		{"a file too few", map[string]string{"network.conf": ""}, "", "stowaway: nftables.conf is missing", nil},
		{"after all that, the same", stowawayFiles(nil), "unchanged", "", nil},
	} {
		stdout, stderr, err := command(fakes.Tar(t, phase.files), "stowaway", "apply")
		if stdout != phase.stdout || stderr != phase.stderr || (err == nil) != (phase.stderr == "") {
			t.Errorf("%s: %q, %q, %v", phase.name, stdout, stderr, err)
		}
		if calls := programs.Calls(t); !slices.Equal(calls, phase.calls) {
			t.Errorf("%s:\n  %s\nwant\n  %s", phase.name, strings.Join(calls, "\n  "), strings.Join(phase.calls, "\n  "))
		}
	}
	if stdout, _, err := command(nil, "stowaway", "status"); err != nil ||
		stdout != `{"publicKey":"own=","listenPort":51820,"peers":[],"device":"kernel","mtu":1420}` {
		t.Errorf("status: %s, %v", stdout, err)
	}
	_ = stowaway.command.Process.Signal(syscall.SIGTERM)
	if err := stowaway.awaitEnd(t); err != nil {
		t.Errorf("stopped: %v", err)
	}
	want := "stowaway: device wg0 is up (kernel)\nstowaway: applied: nftables wireguard network health\n" +
		"stowaway: applied: wireguard\nstowaway: applied: wireguard\nstowaway: stopped\n"
	if stowaway.output.String() != want {
		t.Errorf("the log:\n%s", stowaway.output)
	}
}

func TestAPartThatFailsWhileItIsAppliedLeavesTheOldState(t *testing.T) {
	onNode(t)
	programs := fakes.New(t, map[string]string{"ip": ipInKernel, "wg": wgWorks, "nft": nftWorks})
	startRole(t, "stowaway")
	if _, stderr, err := command(fakes.Tar(t, stowawayFiles(nil)), "stowaway", "apply"); err != nil {
		t.Fatal(stderr)
	}
	programs.Set(t, "wg", `case "$*" in addconf*) echo "no room" >&2; exit 1 ;; esac`)
	programs.Calls(t)
	more := stowawayFiles(map[string]string{"nftables.conf": "new", "wireguard.conf": wireguardConf + alice + bob})
	_, stderr, err := command(fakes.Tar(t, more), "stowaway", "apply")
	if err == nil || stderr != "stowaway: no room\nstowaway: wireguard.conf refused, the old state is back" {
		t.Errorf("%q, %v", stderr, err)
	}
	// The rules are back; of the peers nothing is known, so all of the old ones are loaded.
	want := []string{"nft --check -f -", "wg setconf no-wg0 /dev/stdin", "nft -f -", "wg addconf wg0 /dev/stdin", "nft -f -", "wg syncconf wg0 /dev/stdin"}
	if calls := programs.Calls(t); !slices.Equal(calls, want) {
		t.Errorf("called %q", calls)
	}
}

func TestStowawayStartsWireguardGoWhereTheKernelHasNone(t *testing.T) {
	onNode(t)
	programs := fakes.New(t, map[string]string{
		"ip": ipWithout, "wg": wgWorks, "wireguard-go": `touch "$AGENT_ROOT/var/run/wireguard/wg0.sock"; exec sleep 60`,
	})
	stowaway := startRole(t, "stowaway")
	stdout, stderr, err := command(nil, "stowaway", "status")
	if err != nil || !strings.Contains(stdout, `"device":"wireguard-go"`) {
		t.Errorf("%s, %s, %v", stdout, stderr, err)
	}
	if calls := programs.Calls(t); !slices.Contains(calls, "wireguard-go --foreground wg0") {
		t.Errorf("called %q", calls)
	}
	_ = stowaway.command.Process.Signal(syscall.SIGTERM)
	if err := stowaway.awaitEnd(t); err != nil {
		t.Errorf("stopped: %v", err)
	}
}

func TestStowawayEndsWithoutItsDevice(t *testing.T) {
	for script, want := range map[string]string{
		`exit 3`:  "stowaway: cannot start wireguard-go: no device wg0: wireguard-go ended: exit status 3\n",
		`sleep 5`: "stowaway: cannot start wireguard-go: no device wg0\n",
		`touch "$AGENT_ROOT/var/run/wireguard/wg0.sock"; sleep 0.3; exit 7`: "stowaway: device wg0 is up (wireguard-go)\n" +
			"stowaway: wireguard-go ended: exit status 7\n",
	} {
		onNode(t)
		t.Setenv("AGENT_DEVICE_WAIT", "1s")
		fakes.New(t, map[string]string{"ip": ipWithout, "wg": wgWorks, "wireguard-go": script})
		stowaway := startRole(t, "stowaway")
		err := stowaway.awaitEnd(t)
		if stowaway.command.ProcessState.ExitCode() != 1 || stowaway.output.String() != want {
			t.Errorf("%s: %v\n%s", script, err, stowaway.output)
		}
	}
}

func TestStowawayNeedsForwarding(t *testing.T) {
	root := fakes.Root(t, map[string]string{"/proc/sys/net/ipv4/ip_forward": "0\n"})
	stowaway := startRole(t, "stowaway")
	if err := stowaway.awaitEnd(t); err == nil || stowaway.output.String() != "stowaway: cannot forward: net.ipv4.ip_forward is 0 in this pod\n" {
		t.Errorf("%v\n%s", err, stowaway.output)
	}
	if _, err := os.Stat(root + "/dev/shm/stowaway"); err == nil {
		t.Error("it has begun")
	}
}
