package tunnel

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"gefyra/agent/contract"
)

// Network is what network.conf says.
type Network struct {
	// Address of this end in the tunnel, with its prefix.
	Address netip.Prefix
	MTU     int
	Routes  []Route
	// DefaultRoute: everything enters the tunnel that has no more specific route.
	DefaultRoute bool
	// Peer is the other end's address in the tunnel.
	Peer netip.Addr
	// Endpoints are HOST:PORT, best first.
	Endpoints []string
}

// Route of the tunnel; an MTU of 0 means that of the device.
type Route struct {
	To  netip.Prefix
	MTU int
}

const (
	leastMTU = 100
	mostMTU  = 65535
)

var endpoint = regexp.MustCompile(`^[a-zA-Z0-9.-]+:[0-9]{1,5}$`)

// Each line of network.conf is KEY=VALUE.
var networkKeys = map[string]func(*Network, string) error{
	"ADDRESS": func(n *Network, value string) (err error) {
		n.Address, err = prefix(value)
		return err
	},
	"MTU": func(n *Network, value string) (err error) {
		n.MTU, err = mtu(value)
		return err
	},
	"ROUTES": func(n *Network, value string) error {
		for text := range strings.SplitSeq(value, ",") {
			route, err := parseRoute(text)
			if err != nil {
				return err
			}
			n.Routes = append(n.Routes, route)
		}
		return nil
	},
	"DEFAULT_ROUTE": func(n *Network, value string) error {
		n.DefaultRoute = value == "yes"
		return unless(value == "yes" || value == "no")
	},
	"PEER": func(n *Network, value string) (err error) {
		n.Peer, err = netip.ParseAddr(value)
		return errors.Join(err, unless(n.Peer.Is4()))
	},
	"ENDPOINTS": func(n *Network, value string) error {
		n.Endpoints = strings.Split(value, ",")
		for _, one := range n.Endpoints {
			if !endpoint.MatchString(one) {
				return errUnknown
			}
		}
		return nil
	},
}

var errUnknown = errors.New("unknown")

func unless(right bool) error {
	if right {
		return nil
	}
	return errUnknown
}

// ParseNetwork refuses what it does not know, with the line.
func ParseNetwork(text string) (Network, error) {
	var network Network
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		set, known := networkKeys[key]
		if !known || set(&network, value) != nil {
			return network, errors.New(line)
		}
	}
	if !network.Address.IsValid() || network.MTU == 0 {
		return network, errors.New("it needs ADDRESS and MTU")
	}
	return network, nil
}

// CIDR[ dev wg0][ mtu BYTES]
func parseRoute(text string) (Route, error) {
	words := strings.Fields(text)
	if len(words)%2 == 0 {
		return Route{}, errUnknown
	}
	to, err := prefix(words[0])
	route := Route{To: to.Masked()}
	for i := 1; i < len(words) && err == nil; i += 2 {
		switch {
		case words[i] == "dev":
			err = unless(words[i+1] == contract.Device)
		case words[i] == "mtu":
			route.MTU, err = mtu(words[i+1])
		default:
			err = errUnknown
		}
	}
	return route, err
}

func prefix(text string) (netip.Prefix, error) {
	parsed, err := netip.ParsePrefix(text)
	return parsed, errors.Join(err, unless(parsed.Addr().Is4()))
}

func mtu(text string) (int, error) {
	bytes, err := strconv.Atoi(text)
	if err == nil && (bytes < leastMTU || bytes > mostMTU) {
		err = fmt.Errorf("%d bytes", bytes)
	}
	return bytes, err
}
