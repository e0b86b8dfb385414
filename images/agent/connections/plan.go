package connections

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Ports are what `carrier apply` is told about the ports it redirects: where each leads, whole, never a change.
type Ports struct {
	Ports []Port `json:"ports"`
	// Silent: addresses of clients that do not answer, so nobody can close the ends there.
	Silent []string `json:"silent,omitempty"`
}

type Port struct {
	Port     uint16 `json:"port"`
	Protocol string `json:"protocol"`
	// Listen is Nginx's own port, if the connections go through Nginx.
	Listen uint16 `json:"listen,omitempty"`
	// To is `address:port` of Stowaway, for each bridge of the port; empty while the original serves.
	To []string `json:"to"`
	// DrainMs is how long connections that are never between requests may stay; absent if all stay.
	DrainMs *int64 `json:"drainMs,omitempty"`
}

// Drain says which connections of a port are to follow.
type Drain struct {
	// Name of the port, e.g. `80-tcp`.
	Name    string
	Timeout time.Duration
	// Sockets: local ports of the pod whose connections from outside it are to be closed.
	Sockets []uint16
	// Upstreams: Nginx's own connections to these addresses, closed when the time is up; Nginx then closes the client's.
	Upstreams []string
	// Forwarded: connections that the kernel sends to these addresses. Reset: the same, at once.
	Forwarded, Reset []string
	// Datagrams: UDP ports whose clients are to be sent where the rules lead now.
	Datagrams []uint16
}

// plan compares where ports led with where they lead now. Pure.
func plan(before, now Ports) []Drain {
	was, is := byName(before), byName(now)
	both := maps.Clone(was)
	maps.Copy(both, is)
	var drains []Drain
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if drain := planPort(was[name], is[name], now.Silent); drain.isNeeded() {
			drain.Name = name
			drains = append(drains, drain)
		}
	}
	return drains
}

func byName(ports Ports) map[string]Port {
	named := map[string]Port{}
	for _, port := range ports.Ports {
		named[fmt.Sprintf("%d-%s", port.Port, strings.ToLower(port.Protocol))] = port
	}
	return named
}

// planPort: a port that is absent, or leads to no address, leads to the original. Whoever takes the port away decided how
// long its connections may stay.
func planPort(was, is Port, silent []string) Drain {
	stay := is.DrainMs
	if len(is.To) == 0 {
		stay = was.DrainMs
	}
	if stay == nil || len(was.To) == 0 && len(is.To) == 0 {
		return Drain{}
	}
	drain := Drain{Timeout: time.Duration(*stay) * time.Millisecond}
	gone := without(was.To, is.To)
	dead := slices.DeleteFunc(slices.Clone(gone), func(to string) bool {
		return !slices.Contains(silent, to) && !hasMoved(to, is.To)
	})
	switch {
	case is.Protocol == "UDP" || was.Protocol == "UDP":
		if was.Listen != is.Listen || !slices.Equal(was.To, is.To) {
			drain.Datagrams = []uint16{max(was.Port, is.Port)}
		}
	case len(was.To) == 0:
		drain.Sockets = []uint16{is.Port}
	case was.Listen == 0 && is.Listen != 0:
		drain.Forwarded = was.To
	case was.Listen == 0:
		drain.Forwarded, drain.Reset = without(gone, dead), dead
	case is.Listen != was.Listen:
		// Nginx ends HTTP connections by itself; it passes others on for as long as they like.
		drain.Sockets = []uint16{was.Listen}
	default:
		drain.Upstreams = gone
	}
	return drain
}

// hasMoved: with another Stowaway, nobody answers at the address of the one before.
func hasMoved(to string, now []string) bool {
	host := func(address string) string { return address[:max(0, strings.LastIndex(address, ":"))] }
	return len(now) > 0 && !slices.ContainsFunc(now, func(one string) bool { return host(one) == host(to) })
}

func (d Drain) isNeeded() bool {
	return len(d.Sockets)+len(d.Upstreams)+len(d.Forwarded)+len(d.Reset)+len(d.Datagrams) > 0
}

func without(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(others, one) })
}
