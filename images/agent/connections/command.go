// Package connections makes open connections follow a switch: it closes each one between two requests, so that its client
// reconnects and reaches the container that serves now. It works in its own network namespace, and closing needs NET_ADMIN.
package connections

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"time"

	"gefyra/agent/role"
	"gefyra/agent/settings"
)

// Settings say when a connection is between requests. The defaults are measured: clients with 3 to 50 ms between requests
// move within a few of them, and none fails.
type Settings struct {
	Settle    time.Duration `env:"GEFYRA_CONNECTIONS_SETTLE" envDefault:"1ms" help:"how long an answer is over at most before its connection is closed: soon after an answer, the client's next request is not yet on its way"`
	Quiet     time.Duration `env:"GEFYRA_CONNECTIONS_QUIET" envDefault:"750ms" help:"the same where no exchange was seen, or where several requests may be under way"`
	Exchanges int           `env:"GEFYRA_CONNECTIONS_EXCHANGES" envDefault:"3" help:"questions and answers that must be seen before settle is enough"`
}

// Role of the agent.
var Role = role.Role{
	Name:     "connections",
	About:    "makes open connections follow a switch: closes each between two requests",
	Settings: Settings{},
	Commands: []role.Command{
		{Name: "drain", Arguments: "[FLAG]…", About: "closes the connections that the flags name (-h lists them), and prints what became of them as JSON", Run: runDrain},
		{Name: "count", Arguments: "[FLAG]…", About: "prints how many connections these are, and closes none", Run: runCount},
		{Name: "switch", Arguments: "FOLDER FILE", About: "compares FILE, which says where ports lead (plan.go), with the one before in FOLDER, keeps it there, and starts a `drain` for each port that leads elsewhere now; prints how many connections are to follow, and does not wait for them", Run: runSwitch},
		{Name: "report", Arguments: "FOLDER", About: "prints what became of the connections of each port since its last switch, as JSON", Run: runReport},
	},
}

const defaultTimeout = 10 * time.Second

// wanted is what the flags of drain say.
type wanted struct {
	sockets, datagrams           []uint16
	peers                        []netip.Addr
	upstreams, forwarded, resets []netip.AddrPort
	loopback                     bool
	timeout                      time.Duration
	settings                     Settings
	report                       string
}

func parseFlags(args []string) (wanted, error) {
	var want wanted
	flags := flag.NewFlagSet("connections drain", flag.ContinueOnError)
	list(flags, "port", "local port whose connections from outside the pod are closed (repeatable)", &want.sockets, parsePort)
	list(flags, "peer", "only connections from this address (repeatable)", &want.peers, netip.ParseAddr)
	list(flags, "upstream", "connections from here to this address are closed when the time is up (repeatable)", &want.upstreams, netip.ParseAddrPort)
	list(flags, "forwarded", "connections that the kernel forwards to this address are reset when the time is up (repeatable)", &want.forwarded, netip.ParseAddrPort)
	list(flags, "reset", "the same, at once (repeatable)", &want.resets, netip.ParseAddrPort)
	list(flags, "datagrams", "UDP port whose clients go where the rules lead now (repeatable)", &want.datagrams, parsePort)
	flags.BoolVar(&want.loopback, "loopback", false, "connections from within the pod too")
	flags.DurationVar(&want.timeout, "timeout", defaultTimeout, "when connections that are never between requests are closed; 0 is at once")
	flags.StringVar(&want.report, "report", "", "file that is written whenever the counts change")
	if err := flags.Parse(args); err != nil {
		return want, err
	}
	if flags.NArg() > 0 {
		return want, fmt.Errorf("unknown argument '%s'", flags.Arg(0))
	}
	var err error
	want.settings, err = settings.Read[Settings]()
	return want, err
}

func list[T any](flags *flag.FlagSet, name, usage string, all *[]T, parse func(string) (T, error)) {
	flags.Func(name, usage, func(text string) error {
		one, err := parse(text)
		*all = append(*all, one)
		return err
	})
}

func parsePort(text string) (uint16, error) {
	port, err := strconv.ParseUint(text, 10, 16)
	return uint16(port), err
}

func runDrain(args []string) error {
	want, err := parseFlags(args)
	if err != nil {
		return err
	}
	counts, err := run(want)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(counts)
}

func runCount(args []string) error {
	want, err := parseFlags(args)
	if err != nil {
		return err
	}
	open, err := count(want)
	if err != nil {
		return err
	}
	fmt.Println(open)
	return nil
}

// own are the addresses of this network namespace.
func own() ([]netip.Addr, error) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("cannot list the addresses: %w", err)
	}
	var all []netip.Addr
	for _, one := range addresses {
		if prefix, err := netip.ParsePrefix(one.String()); err == nil {
			all = append(all, prefix.Addr().Unmap())
		}
	}
	return all, nil
}

func runSwitch(args []string) error {
	open, err := Switch(args[0], args[1])
	if err != nil {
		return err
	}
	fmt.Println(open)
	return nil
}

func runReport(args []string) error {
	reports, err := readReportsIn(args[0])
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(reports)
}
