package health

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// Bridged is health.json, which `stowaway apply` reads: whom to probe, and whom to tell.
type Bridged struct {
	Clients []Client `json:"clients"`
}

// Client is probed at an address in the tunnel.
type Client struct {
	Probe netip.Addr   `json:"probe"`
	Ports []ClientPort `json:"ports"`
}

// ClientPort of Stowaway leads to the client, for these pods.
type ClientPort struct {
	Port uint16       `json:"port"`
	From []netip.Addr `json:"from"`
}

// ParseBridged reads health.json.
func ParseBridged(text string) (Bridged, error) {
	var bridged Bridged
	if err := json.Unmarshal([]byte(text), &bridged); err != nil {
		return Bridged{}, fmt.Errorf("cannot read it: %w", err)
	}
	for _, client := range bridged.Clients {
		if !client.Probe.Is4() {
			return Bridged{}, fmt.Errorf("cannot probe %q: no IPv4 address", client.Probe)
		}
	}
	return bridged, nil
}

// table is who answered when. Its functions are pure but for itself.
type table struct {
	// ports by the address of a pod: the client of each.
	ports map[netip.Addr]map[uint16]netip.Addr
	// answered: when each client answered last; the zero time if it has not.
	answered map[netip.Addr]time.Time
}

// newTable keeps what is known of the clients that stay.
func newTable(bridged Bridged, before table) table {
	next := table{ports: map[netip.Addr]map[uint16]netip.Addr{}, answered: map[netip.Addr]time.Time{}}
	for _, client := range bridged.Clients {
		next.answered[client.Probe] = before.answered[client.Probe]
		for _, port := range client.Ports {
			for _, pod := range port.From {
				if next.ports[pod] == nil {
					next.ports[pod] = map[uint16]netip.Addr{}
				}
				next.ports[pod][port.Port] = client.Probe
			}
		}
	}
	return next
}

// clients in a fixed order.
func (t table) clients() []netip.Addr {
	return slices.SortedFunc(maps.Keys(t.answered), netip.Addr.Compare)
}

// heard says whether the client is one of them.
func (t table) heard(client netip.Addr, at time.Time) bool {
	last, known := t.answered[client]
	if known && at.After(last) {
		t.answered[client] = at
	}
	return known
}

// lineFor a pod; false: it has no bridge.
func (t table) lineFor(pod netip.Addr, now time.Time) (Line, bool) {
	ports, known := t.ports[pod]
	line := Line{Ports: make([]Port, 0, len(ports))}
	for port, client := range ports {
		one := Port{Port: port}
		if at := t.answered[client]; !at.IsZero() {
			one.SilentMs = milliseconds(max(0, now.Sub(at)))
		}
		line.Ports = append(line.Ports, one)
	}
	slices.SortFunc(line.Ports, func(a, b Port) int { return cmp.Compare(a.Port, b.Port) })
	return line, known
}
