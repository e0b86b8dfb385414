// Package ip asks iproute2's `ip` for IPv4 addresses, routes and rules, typed, and changes them.
package ip

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"gefyra/agent/child"
)

// Device of the kernel, as `ip -json address show` prints it.
type Device struct {
	Name      string    `json:"ifname"`
	Flags     []string  `json:"flags"`
	MTU       int       `json:"mtu"`
	Addresses []Address `json:"addr_info"`
}

// Address of a device.
type Address struct {
	Local  netip.Addr `json:"local"`
	Length int        `json:"prefixlen"`
}

// Prefix of an address, not masked.
func (a Address) Prefix() netip.Prefix { return netip.PrefixFrom(a.Local, a.Length) }

// Route as `ip -json route show` prints it.
type Route struct {
	// Destination is a range, an address or "default".
	Destination string           `json:"dst"`
	Gateway     string           `json:"gateway"`
	Device      string           `json:"dev"`
	Protocol    string           `json:"protocol"`
	Scope       string           `json:"scope"`
	Type        string           `json:"type"`
	Metrics     []map[string]any `json:"metrics"`
}

// MTU is 0 where the route has none of its own.
func (r Route) MTU() int {
	for _, metric := range r.Metrics {
		if mtu, ok := metric["mtu"].(float64); ok {
			return int(mtu)
		}
	}
	return 0
}

// To is the destination as a range.
func (r Route) To() (netip.Prefix, error) {
	switch {
	case r.Destination == "default":
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0), nil
	case strings.Contains(r.Destination, "/"):
		return netip.ParsePrefix(r.Destination)
	default:
		address, err := netip.ParseAddr(r.Destination)
		return netip.PrefixFrom(address, address.BitLen()), err
	}
}

// Rule of routing, as far as ours differ.
type Rule struct {
	Priority int    `json:"priority"`
	From     string `json:"src"`
	Mark     string `json:"fwmark"`
	Device   string `json:"iif"`
	Table    string `json:"table"`
	// Not and Suppress are there or absent; null counts as there.
	Not      json.RawMessage `json:"not"`
	Suppress *int            `json:"suppress_prefixlen"`
}

// Args of `ip rule add` and `ip rule del`.
func (r Rule) Args() []string {
	var args []string
	if r.Not != nil {
		args = append(args, "not")
	}
	if r.From != "" && r.From != "all" {
		args = append(args, "from", r.From)
	}
	if r.Mark != "" {
		args = append(args, "fwmark", r.Mark)
	}
	if r.Device != "" {
		args = append(args, "iif", r.Device)
	}
	args = append(args, "table", r.Table)
	if r.Suppress != nil {
		args = append(args, "suppress_prefixlength", fmt.Sprint(*r.Suppress))
	}
	return append(args, "priority", fmt.Sprint(r.Priority))
}

// Devices asks `ip -json address show`, of one device or all, for their IPv4 addresses. With -4 a device without one would
// be missing.
func Devices(args ...string) ([]Device, error) {
	devices, err := show[Device](append([]string{"address", "show"}, args...)...)
	for i := range devices {
		isOther := func(one Address) bool { return !one.Local.Is4() }
		devices[i].Addresses = slices.DeleteFunc(devices[i].Addresses, isOther)
	}
	return devices, err
}

// Routes asks `ip -json -4 route show`. A table that does not exist has none.
func Routes(args ...string) ([]Route, error) {
	routes, err := show[Route](append([]string{"-4", "route", "show"}, args...)...)
	if err != nil && strings.Contains(err.Error(), "FIB table does not exist") {
		return nil, nil
	}
	return routes, err
}

// Rules asks `ip -json -4 rule show`.
func Rules() ([]Rule, error) { return show[Rule]("-4", "rule", "show") }

func show[T any](args ...string) ([]T, error) {
	printed, err := child.Run("ip", append([]string{"-json"}, args...)...)
	if err != nil {
		return nil, err
	}
	return parse[T](printed)
}

func parse[T any](printed string) ([]T, error) {
	var found []T
	if printed == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(printed), &found); err != nil {
		return nil, fmt.Errorf("cannot read what ip prints: %w", err)
	}
	return found, nil
}

// Do runs `ip` with each line's words, and stops at the first that fails.
func Do(lines ...string) error {
	for _, line := range lines {
		if _, err := child.Run("ip", strings.Fields(line)...); err != nil {
			return fmt.Errorf("ip %s: %w", line, err)
		}
	}
	return nil
}
