// Command relay carries WireGuard's datagrams over byte streams, at both ends of the transport through the API server.
//
//	relay cargo   in Cargo: owns UDP 127.0.0.1:51821, which Cargo's WireGuard uses as its peer, and passes it to
//	relay api     in a container beside it, in the host's network: UDP ↔ `pods/portforward` of the API server
//	relay pod     in Stowaway's pod: TCP 127.0.0.1:51822, which the API server forwards to ↔ UDP 127.0.0.1:51820,
//	              Stowaway's WireGuard; each stream has its own socket, and so its own peer address
//	relay token   passes stdin to the running `relay pod`, which sends it over its streams
//
// `relay api` reads target.json (target.go) and the token in the folder that it shares with `relay cargo`.
// A stream is a sequence of frames, each with a 16-bit length (big endian) and so many bytes: a datagram, or a control
// frame (see frames.go). If a stream is too slow, nothing is queued here: the kernel drops datagrams at the socket.
package main

import (
	"fmt"
	"os"
)

const (
	cargoAddress     = "127.0.0.1:51821"
	relayFolder      = "/run/gefyra-relay"
	cargoSocket      = relayFolder + "/cargo.sock"
	podPort          = 51822
	wireguardAddress = "127.0.0.1:51820"
	// Shared by the containers of a pod and kept when one of them restarts.
	tokenSocket = "/dev/shm/gefyra-relay.sock"
	// The user of `relay api` (lib/names.ts).
	relayUser = 65532
)

func main() {
	var err error
	switch command(os.Args) {
	case "cargo":
		err = runCargo()
	case "api":
		err = runAPI()
	case "pod":
		err = runPod()
	case "token":
		err = passToken(os.Stdin)
	default:
		err = fmt.Errorf("unknown command: cargo, api, pod or token")
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "relay: %v\n", err)
		os.Exit(1)
	}
}

func command(args []string) string {
	if len(args) != 2 {
		return ""
	}
	return args[1]
}

func log(format string, values ...any) {
	fmt.Printf("relay: "+format+"\n", values...)
}
