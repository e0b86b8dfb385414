package tunnel

import (
	"fmt"
	"slices"
	"strings"

	"gefyra/agent/child"
	"gefyra/agent/contract"
	"gefyra/agent/ip"
)

// observed is what the kernel has of routing.
type observed struct {
	// Of the device, set by `apply`.
	routes []ip.Route
	rules  []ip.Rule
	// Of the table for everything that shall enter the tunnel, which has the number of WireGuard's mark, as wg-quick does it.
	table []ip.Route
	// As `wg show` prints it: in hex, or "off".
	mark string
}

// Priorities of the rules of the default route, from the weakest.
const (
	markRule    = 32765
	mainRule    = 32764
	gatewayRule = 32763
)

// planRouting returns the lines for `ip` that make a difference. Routes that stay are never absent, because packets of
// their connections would leave elsewhere. So new routes and rules are added first, and old ones removed last.
// gateway: the device of the app containers, or "".
func planRouting(wanted Network, now observed, gateway string) ([]string, error) {
	if wanted.DefaultRoute && now.mark == "off" {
		return nil, fmt.Errorf("DEFAULT_ROUTE needs FwMark in wireguard.conf")
	}
	lines, drop, err := planRoutes(wanted.Routes, now.routes)
	if err != nil {
		return nil, err
	}
	if wanted.DefaultRoute && len(now.table) == 0 {
		lines = append(lines, fmt.Sprintf("route replace default dev %s table %d", contract.Device, contract.WireguardMark))
	}
	addRules, dropRules := planRules(rulesFor(wanted, now.mark, gateway), now.rules)
	lines = slices.Concat(lines, addRules, dropRules, drop)
	if !wanted.DefaultRoute && len(now.table) > 0 {
		lines = append(lines, fmt.Sprintf("route flush table %d", contract.WireguardMark))
	}
	return lines, nil
}

// planDevice returns the lines for `ip` that make a difference. The kernel forgets all routes of a device whose last address
// goes, so routes are observed afterwards.
func planDevice(wanted Network, now ip.Device) []string {
	var lines []string
	if now.MTU != wanted.MTU || !slices.Contains(now.Flags, "UP") {
		lines = append(lines, fmt.Sprintf("link set %s mtu %d up", contract.Device, wanted.MTU))
	}
	there := false
	for _, address := range now.Addresses {
		if address.Prefix() == wanted.Address {
			there = true
			continue
		}
		lines = append(lines, fmt.Sprintf("address del %s dev %s", address.Prefix(), contract.Device))
	}
	if !there {
		lines = append(lines, fmt.Sprintf("address add %s dev %s", wanted.Address, contract.Device))
	}
	return lines
}

func planRoutes(wanted []Route, now []ip.Route) (add, drop []string, err error) {
	has := map[Route]bool{}
	for _, route := range now {
		to, err := route.To()
		if err != nil {
			return nil, nil, err
		}
		has[Route{to, route.MTU()}] = true
		if !slices.ContainsFunc(wanted, func(one Route) bool { return one.To == to }) {
			drop = append(drop, fmt.Sprintf("route del %s dev %s proto static", to, contract.Device))
		}
	}
	for _, route := range wanted {
		if has[route] {
			continue
		}
		line := fmt.Sprintf("route replace %s dev %s proto static", route.To, contract.Device)
		if route.MTU > 0 {
			line += fmt.Sprintf(" mtu %d", route.MTU)
		}
		add = append(add, line)
	}
	return add, drop, nil
}

// rulesFor: as wg-quick does it, all traffic enters the tunnel except WireGuard's own datagrams, which have its mark, and
// traffic with a more specific route than the default one. Traffic from app containers always enters it: they see the
// cluster's networks as a pod does, even networks that this container is attached to.
func rulesFor(wanted Network, mark, gateway string) []ip.Rule {
	if !wanted.DefaultRoute {
		return nil
	}
	table := fmt.Sprint(contract.WireguardMark)
	rules := []ip.Rule{
		{Priority: markRule, Not: []byte("null"), Mark: mark, Table: table},
		{Priority: mainRule, Table: "main", Suppress: new(int)},
	}
	if gateway != "" {
		rules = append(rules, ip.Rule{Priority: gatewayRule, Device: gateway, Table: table})
	}
	return rules
}

func planRules(wanted, now []ip.Rule) (add, drop []string) {
	ours := slices.DeleteFunc(lines(now), func(line string) bool {
		words := strings.Fields(line)
		return !slices.Contains([]string{fmt.Sprint(markRule), fmt.Sprint(mainRule), fmt.Sprint(gatewayRule)}, words[len(words)-1])
	})
	for _, line := range lines(wanted) {
		if !slices.Contains(ours, line) {
			add = append(add, "rule add "+line)
		}
	}
	for _, line := range ours {
		if !slices.Contains(lines(wanted), line) {
			drop = append(drop, "rule del "+line)
		}
	}
	return add, drop
}

func lines(rules []ip.Rule) []string {
	found := make([]string, len(rules))
	for i, rule := range rules {
		found[i] = strings.Join(rule.Args(), " ")
	}
	return found
}

// ApplyNetwork brings the kernel to a state.
func ApplyNetwork(wanted Network, gateway string) error {
	devices, err := ip.Devices("dev", contract.Device)
	if err != nil {
		return err
	}
	if len(devices) != 1 {
		return fmt.Errorf("there is no device %s", contract.Device)
	}
	if err := ip.Do(planDevice(wanted, devices[0])...); err != nil {
		return err
	}
	now, err := observe()
	if err != nil {
		return err
	}
	plan, err := planRouting(wanted, now, gateway)
	if err != nil {
		return err
	}
	return ip.Do(plan...)
}

func observe() (now observed, err error) {
	if now.routes, err = ip.Routes("dev", contract.Device, "proto", "static"); err != nil {
		return now, err
	}
	if now.rules, err = ip.Rules(); err != nil {
		return now, err
	}
	if now.table, err = ip.Routes("table", fmt.Sprint(contract.WireguardMark)); err != nil {
		return now, err
	}
	now.mark, err = child.Run("wg", "show", contract.Device, "fwmark")
	return now, err
}
