package cargo

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gefyra/agent/child"
	"gefyra/agent/contract"
	"gefyra/agent/ip"
	"gefyra/agent/role"
	"gefyra/agent/tunnel"
)

// holdTries of a second at most.
const holdTries = 5

// peer of Cargo's device: it has one.
type peer struct{ key, endpoint string }

func thePeer() (peer, bool) {
	words := strings.Fields(show("endpoints"))
	if len(words) < 2 {
		return peer{}, false
	}
	return peer{words[0], words[1]}, true
}

func show(what string) string {
	printed, _ := child.Run("wg", "show", contract.Device, what)
	return printed
}

func setEndpoint(key, endpoint string) error {
	_, err := child.Run("wg", "set", contract.Device, "peer", key, "endpoint", endpoint)
	return err
}

func answers(other string, options ...string) bool {
	_, err := child.Run("ping", append(append([]string{"-n", "-q"}, options...), other)...)
	return err == nil
}

func inUse() string {
	now, _ := thePeer()
	return now.endpoint
}

// renewSession starts a new session: the device gets its configuration without the peer, then with it.
func renewSession(live map[string]string, key string, turn int) error {
	conf, ok := live["wireguard.conf"]
	if !ok {
		return nil
	}
	network, _ := tunnel.ParseNetwork(live["network.conf"])
	configured := tunnel.Value(conf, "Endpoint")
	endpoint, several, err := toCall(configured, network.Endpoints, turn, addressesOf)
	if err != nil {
		return err
	}
	if several {
		role.Log(name, "calling %s", endpoint)
	}
	renewed := complete(strings.Replace(conf, "Endpoint = "+configured, "Endpoint = "+endpoint, 1), key)
	alone, _, _ := strings.Cut(renewed, "[Peer]")
	if err := tunnel.Sync(alone); err != nil {
		return err
	}
	return tunnel.Sync(renewed)
}

// improve checks, while the tunnel works, whether a better endpoint than the one in use answers. The session moves to it,
// so connections stay open. An endpoint that does not answer interrupts the tunnel for a second: with a turn of 0 or more
// only one is tried.
func improve(live map[string]string, turn int) error {
	network, err := tunnel.ParseNetwork(live["network.conf"])
	now, ok := thePeer()
	if err != nil || !ok || !network.Peer.IsValid() {
		return nil
	}
	better, other := betterThan(now.endpoint, network.Endpoints, addressesOf), network.Peer.String()
	if turn >= 0 && len(better) > 0 {
		better = []string{better[turn%len(better)]}
	}
	for _, endpoint := range better {
		if setEndpoint(now.key, endpoint) != nil {
			continue
		}
		if answers(other, "-c", "2", "-i", "0.2", "-W", "0.8") && inUse() == endpoint {
			role.Log(name, "switched to a better endpoint: %s", endpoint)
			return nil
		}
		// The other end may have received a packet from this endpoint although its response was lost, and would send there
		// until it gets another packet.
		_ = hold(peer{now.key, now.endpoint}, other)
	}
	return nil
}

// hold makes both directions use the endpoint. The other end sends to the address of the newest packet, so a response proves
// both directions. Packets still under way over another endpoint (the API server may delay them) move either end back when
// they arrive: then it is repeated.
func hold(wanted peer, other string) error {
	for range holdTries {
		if inUse() != wanted.endpoint {
			if err := setEndpoint(wanted.key, wanted.endpoint); err != nil {
				return err
			}
		}
		if answers(other, "-c", "1", "-W", "1") && inUse() == wanted.endpoint {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer through the tunnel at %s", other, wanted.endpoint)
}

// confirm checks that both directions use the endpoint of the applied state, after a change.
func confirm(live map[string]string) error {
	network, err := tunnel.ParseNetwork(live["network.conf"])
	now, ok := thePeer()
	if err != nil || !ok {
		return errors.New("cannot confirm: there is no peer")
	}
	endpoint := applied(tunnel.Value(live["wireguard.conf"], "Endpoint"), now.endpoint, addressesOf)
	if err := hold(peer{now.key, endpoint}, network.Peer.String()); err != nil {
		return fmt.Errorf("cannot confirm: %w", err)
	}
	return nil
}

// wgPath is the path to the other end.
type wgPath struct {
	other    string
	patience time.Duration
}

var (
	roundTrip = regexp.MustCompile(`(?m)^rtt [^=]*= ([0-9.]+)`)
	widestMTU = 1500
)

// measure returns the largest MTU of the tunnel, up to a limit, and the shortest of three round trips.
func measure(live map[string]string, settings tunnel.Settings, largest int) (string, error) {
	network, err := tunnel.ParseNetwork(live["network.conf"])
	if err != nil {
		return "", fmt.Errorf("cannot measure: %w", err)
	}
	before, err := tunnel.MTU(settings)
	if err != nil {
		return "", err
	}
	other := network.Peer.String()
	printed, _ := child.Run("ping", "-n", "-q", "-c", "3", "-i", "0.05", "-W", "2", other)
	match := roundTrip.FindStringSubmatch(printed)
	if match == nil {
		return "", fmt.Errorf("cannot measure: %s does not answer through the tunnel", other)
	}
	latency, err := strconv.ParseFloat(match[1], 64)
	if err != nil {
		return "", err
	}
	defer func() { _ = ip.Do(fmt.Sprintf("link set %s mtu %d", contract.Device, before)) }()
	if err := ip.Do(fmt.Sprintf("link set %s mtu %d", contract.Device, largest)); err != nil {
		return "", err
	}
	forgetPath()
	patience := max(500*time.Millisecond, time.Duration(latency*5*float64(time.Millisecond)))
	mtu := largestMTU(wgPath{other, patience}, largest)
	return fmt.Sprintf(`{"mtu":%d,"latencyMs":%s}`, mtu, match[1]), nil
}

func (p wgPath) carries(mtu int) bool {
	wait := strconv.FormatFloat(p.patience.Seconds(), 'f', 3, 64)
	return answers(p.other, "-M", "do", "-c", "2", "-i", "0.2", "-W", wait, "-s", fmt.Sprint(mtu-28))
}

func (p wgPath) known() int {
	words := strings.Fields(routeTo())
	if mtu, err := strconv.Atoi(after(words, "mtu")); err == nil {
		return mtu
	}
	if devices, err := ip.Devices("dev", after(words, "dev")); err == nil && len(devices) == 1 {
		return devices[0].MTU
	}
	return widestMTU
}

// routeTo is the kernel's route to the endpoint in use, as `ip` prints it.
func routeTo(options ...string) string {
	host, _, _ := strings.Cut(inUse(), ":")
	args := append([]string{"-4", "route", "get"}, options...)
	printed, _ := child.Run("ip", append(args, host, "mark", show("fwmark"))...)
	return printed
}

func after(words []string, word string) string {
	for i, one := range words[:max(0, len(words)-1)] {
		if one == word {
			return words[i+1]
		}
	}
	return ""
}

// forgetPath: the kernel keeps a path's MTU for ten minutes, although the path may be wider by now. It keeps it with the
// route, so a route that differs starts without it. It differs in a hop limit, set to its default.
func forgetPath() {
	const mark = " hoplimit 64"
	route := strings.TrimSpace(routeTo("fibmatch"))
	if route == "" || strings.HasPrefix(route, "local") {
		return
	}
	if strings.Contains(route, mark) {
		route = strings.Replace(route, mark, "", 1)
	} else {
		route += mark
	}
	_ = ip.Do("-4 route replace " + route)
}
