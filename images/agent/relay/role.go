// Package relay carries WireGuard's datagrams over byte streams, at both ends of the transport through the API server.
//
// `relay api` reads target.json (target.go) and the token in the folder that it shares with `relay cargo`.
// A stream is a sequence of frames, each with a 16-bit length (big endian) and so many bytes: a datagram, or a control
// frame (see frames.go). If a stream is too slow, nothing is queued here: the kernel drops datagrams at the socket.
package relay

import (
	"fmt"
	"os"
	"time"

	"gefyra/agent/contract"
	"gefyra/agent/role"
	"gefyra/agent/settings"
)

// Settings of `relay cargo` and `relay api`. A tunnel over this transport sends at least every 5 s.
type Settings struct {
	Idle time.Duration `env:"GEFYRA_RELAY_IDLE" envDefault:"20s" help:"the tunnel uses another transport when it was silent here for so long"`
}

// Role of the agent.
var Role = role.Role{
	Name:     "relay",
	About:    "carries WireGuard's datagrams through the API server, at both ends",
	Settings: Settings{},
	Commands: []role.Command{
		{Name: "cargo", About: fmt.Sprintf("in Cargo: owns UDP %s, the peer of Cargo's WireGuard, and passes it to `relay api`", cargoAddress), Run: withIdle(runCargo)},
		{Name: "api", About: "in a container beside it, in the host's network: UDP ↔ `pods/portforward` of the API server", Run: withIdle(runAPI)},
		{Name: "pod", About: fmt.Sprintf("in Stowaway's pod: TCP 127.0.0.1:%d, which the API server forwards to ↔ UDP %s, Stowaway's WireGuard; each stream has its own socket, and so its own peer address", podPort, wireguardAddress), Run: func([]string) error { return runPod() }},
		{Name: "token", About: "passes stdin to the running `relay pod`, which sends it over its streams", Run: func([]string) error { return passToken(os.Stdin) }},
	},
}

var (
	cargoAddress     = fmt.Sprintf("127.0.0.1:%d", contract.RelayInCargo)
	wireguardAddress = fmt.Sprintf("127.0.0.1:%d", contract.WireguardPort)
)

const (
	podPort     = contract.RelayInPod
	relayFolder = contract.RelayFolder
	cargoSocket = relayFolder + "/cargo.sock"
	// Shared by the containers of a pod and kept when one of them restarts.
	tokenSocket = "/dev/shm/gefyra-relay.sock"
	relayUser   = contract.User
)

func withIdle(run func(time.Duration) error) func([]string) error {
	return func([]string) error {
		read, err := settings.Read[Settings]()
		if err != nil {
			return err
		}
		return run(read.Idle)
	}
}

func log(format string, values ...any) { role.Log("relay", format, values...) }
