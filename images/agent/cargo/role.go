// Package cargo is the gateway container of one connection: WireGuard end, resolver and default route of the app containers.
package cargo

import (
	"net/netip"
	"time"

	"gefyra/agent/control"
	"gefyra/agent/role"
	"gefyra/agent/settings"
	"gefyra/agent/tunnel"
)

const name = "cargo"

// Settings of Cargo.
type Settings struct {
	tunnel.Settings
	Gateway     netip.Prefix  `env:"CARGO_GATEWAY" help:"address with prefix, e.g. 172.28.0.2/24: the default gateway that the Docker network announces, taken as a second address on the interface of this subnet; empty: not a gateway"`
	Router      netip.Addr    `env:"CARGO_ROUTER" help:"the Docker network's bridge, Cargo's own gateway; empty: the first address of that subnet, which Docker picks"`
	LookEvery   time.Duration `env:"CARGO_LOOK_EVERY" envDefault:"2s" help:"how often the peer is looked at"`
	BetterEvery time.Duration `env:"CARGO_BETTER_EVERY" envDefault:"300s" help:"time between two tries of an endpoint that is better than the one in use"`
	DNSWait     time.Duration `env:"CARGO_DNS_WAIT" envDefault:"20s" help:"how long CoreDNS may take to accept its configuration"`
}

// Role of the agent. Its volume /var/lib/cargo holds the private key and the last applied state, for restarts. Its volume
// /run/gefyra-relay, shared with the local relay, has the socket to it (package relay). It needs NET_ADMIN, MKNOD where
// /dev/net/tun is missing, and the sysctls net.ipv4.ip_forward=1, net.ipv4.conf.all.src_valid_mark=1.
var Role = role.Role{
	Name:     name,
	About:    "the gateway container of one connection",
	Settings: Settings{},
	Commands: []role.Command{
		{
			Name: "run", About: "starts the device wg0, restores the last state, then waits (the entrypoint)",
			Run: with(func(s Settings, _ []string) error { return run(s) }),
		},
		{Name: "public-key", About: "prints the public key of this end", Run: asks("public-key")},
		{
			Name: "apply",
			About: "reads a tar from stdin, the whole desired state: wireguard.conf (for `wg syncconf`, without PrivateKey), " +
				"nftables.conf (a ruleset that replaces its own tables), network.conf (lines ADDRESS=CIDR, MTU=BYTES, " +
				"ROUTES=CIDR[,CIDR], DEFAULT_ROUTE=yes|no, PEER=ADDRESS of the other end in the tunnel, " +
				"ENDPOINTS=HOST:PORT[,HOST:PORT], best first, tried in turn if the peer is silent), Corefile (for CoreDNS). " +
				"Only what differs is touched; if a state is refused, the old one stays.",
			Run: with(func(s Settings, _ []string) error { return tunnel.AskToApply(name, s.Settings) }),
		},
		{
			Name: "improve", About: "tries the endpoints that are better than the one in use, and uses the first that answers",
			Run: asks("improve"),
		},
		{
			Name: "confirm", About: "makes both directions use the endpoint of the applied state; fails if the other end does not answer",
			Run: asks("confirm"),
		},
		{
			Name: "measure", Arguments: "MTU",
			About: "measures and prints as JSON: the largest MTU of the tunnel, up to MTU, that the path carries in both directions, " +
				"and the shortest of three round trips in milliseconds",
			Run: asks("measure"),
		},
		{Name: "status", About: "prints the device and its peers as JSON", Run: asks("status")},
	},
}

func with(run func(Settings, []string) error) func([]string) error {
	return func(args []string) error {
		read, err := settings.Read[Settings]()
		if err != nil {
			return err
		}
		return run(read, args)
	}
}

func asks(command string) func([]string) error {
	return with(func(s Settings, args []string) error {
		return tunnel.Ask(name, s.Settings, control.Request{Command: command, Args: args})
	})
}
