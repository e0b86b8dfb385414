// Package stowaway is the WireGuard end in the cluster, configured by the operator.
package stowaway

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"gefyra/agent/control"
	"gefyra/agent/health"
	"gefyra/agent/role"
	"gefyra/agent/settings"
	"gefyra/agent/tunnel"
)

const name = "stowaway"

// Settings of Stowaway.
type Settings struct {
	tunnel.Settings
	Health health.Settings
}

// Role of the agent. It has no state: after a restart it waits for the operator's apply. It needs NET_ADMIN, MKNOD where
// /dev/net/tun is missing, and net.ipv4.ip_forward=1 in the pod.
var Role = role.Role{
	Name:     name,
	About:    "the WireGuard end in the cluster",
	Settings: Settings{},
	Commands: []role.Command{
		{Name: "run", About: "starts the device wg0 and waits (the entrypoint)", Run: with(run)},
		{
			Name: "apply",
			About: "reads a tar from stdin, the whole desired state: wireguard.conf (for `wg syncconf`, with PrivateKey), " +
				"nftables.conf (a ruleset that replaces its own tables), network.conf (lines ADDRESS=CIDR, MTU=BYTES, " +
				"ROUTES=CIDR[,CIDR], DEFAULT_ROUTE=yes|no), health.json (whom to probe, and which pods to tell). Only what differs is touched; if a state is refused, the old one stays.",
			Run: with(func(s Settings) error { return tunnel.AskToApply(name, s.Settings) }),
		},
		{
			Name: "status", About: "prints the device and its peers as JSON",
			Run: with(func(s Settings) error { return tunnel.Ask(name, s.Settings, control.Request{Command: "status"}) }),
		},
	},
}

func with(run func(Settings) error) func([]string) error {
	return func([]string) error {
		read, err := settings.Read[Settings]()
		if err != nil {
			return err
		}
		return run(read)
	}
}

func run(s Settings) error {
	forwards, err := os.ReadFile(s.Path("/proc/sys/net/ipv4/ip_forward"))
	if err != nil {
		return err
	}
	if value := strings.TrimSpace(string(forwards)); value != "1" {
		return fmt.Errorf("cannot forward: net.ipv4.ip_forward is %s in this pod", value)
	}
	end, err := tunnel.Start(name, s.Settings)
	if err != nil {
		return err
	}
	server, err := tellCarriers(s.Health)
	if err != nil {
		return err
	}
	state := tunnel.NewState(name, s.Live(name), nil, parts(server.Configure)...)
	return end.Serve(func(request control.Request) (string, error) { return state.Apply(request.Files) }, nil)
}

// tellCarriers which clients answer, as long as Stowaway runs.
func tellCarriers(settings health.Settings) (*health.Server, error) {
	listener, err := net.Listen("tcp4", settings.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot tell Carriers which clients answer: %w", err)
	}
	server := health.NewServer(settings)
	go server.ProbeAll(context.Background())
	go server.Serve(listener)
	return server, nil
}

func healthPart(configure func(health.Bridged)) tunnel.Part {
	return tunnel.Part{
		Name: "health", File: "health.json",
		Check: func(text string) error {
			_, err := health.ParseBridged(text)
			return err
		},
		Apply: func(_, text string) error {
			bridged, err := health.ParseBridged(text)
			if err == nil {
				configure(bridged)
			}
			return err
		},
	}
}

// The rules are set before a peer can send anything.
func parts(configure func(health.Bridged)) []tunnel.Part {
	return []tunnel.Part{
		tunnel.NftablesPart(),
		tunnel.WireguardPart(func(text string) string { return text }),
		tunnel.NetworkPart(func() string { return "" }),
		healthPart(configure),
	}
}
