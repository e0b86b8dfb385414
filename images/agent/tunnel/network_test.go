package tunnel

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"gefyra/agent/ip"
)

const cargoConf = least + "DEFAULT_ROUTE=yes\n"

func asWanted() ip.Device {
	return ip.Device{Flags: []string{"UP"}, MTU: 1420, Addresses: []ip.Address{{Local: netip.MustParseAddr("198.18.1.2"), Length: 24}}}
}

func TestOnlyDifferencesOfTheDeviceAreApplied(t *testing.T) {
	changed := func(change func(*ip.Device)) ip.Device {
		device := asWanted()
		change(&device)
		return device
	}
	for name, row := range map[string]struct {
		now  ip.Device
		want []string
	}{
		"nothing differs": {asWanted(), nil},
		"a new one":       {ip.Device{MTU: 1420}, []string{"link set wg0 mtu 1420 up", "address add 198.18.1.2/24 dev wg0"}},
		"another MTU":     {changed(func(now *ip.Device) { now.MTU = 1280 }), []string{"link set wg0 mtu 1420 up"}},
		"another address": {changed(func(now *ip.Device) { now.Addresses[0].Length = 16 }), []string{
			"address del 198.18.1.2/16 dev wg0", "address add 198.18.1.2/24 dev wg0",
		}},
		"an address too many": {changed(func(now *ip.Device) {
			now.Addresses = append(now.Addresses, ip.Address{Local: netip.MustParseAddr("198.18.7.2"), Length: 24})
		}), []string{"address del 198.18.7.2/24 dev wg0"}},
	} {
		wanted, _ := ParseNetwork(least)
		if got := planDevice(wanted, row.now); !slices.Equal(got, row.want) {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
}

// What the kernel has after cargoConf.
func everything() observed {
	return observed{
		rules: append(builtIn(),
			ip.Rule{Priority: 32763, From: "all", Device: "eth0", Table: "51820"},
			ip.Rule{Priority: 32764, From: "all", Table: "main", Suppress: new(int)},
			ip.Rule{Priority: 32765, From: "all", Not: []byte("null"), Mark: "0xca6c", Table: "51820"}),
		table: []ip.Route{{Destination: "default"}},
		mark:  "0xca6c",
	}
}

// What it has after `least` and some routes.
func some(routes ...ip.Route) observed {
	now := everything()
	now.routes, now.rules, now.table = routes, builtIn(), nil
	return now
}

func builtIn() []ip.Rule {
	return []ip.Rule{{Priority: 0, Table: "local"}, {Priority: 32762, Mark: "0xca6d", Table: "51821"}, {Priority: 32766, Table: "main"}}
}

func with(now observed, change func(*observed)) observed {
	change(&now)
	return now
}

func TestOnlyDifferencesOfRoutingAreApplied(t *testing.T) {
	pod, services := ip.Route{Destination: "10.1.2.3"}, ip.Route{Destination: "10.96.0.0/16", Metrics: []map[string]any{{"mtu": 1280.0}}}
	routes := "ROUTES=10.1.2.3/32,10.96.0.0/16 mtu 1280\n"
	for name, row := range map[string]struct {
		conf    string
		now     observed
		gateway string
		want    []string
	}{
		"nothing differs":             {cargoConf, everything(), "eth0", nil},
		"nothing differs, and routes": {least + routes, some(pod, services), "", nil},
		"routes come": {least + routes, some(), "", []string{
			"route replace 10.1.2.3/32 dev wg0 proto static", "route replace 10.96.0.0/16 dev wg0 proto static mtu 1280",
		}},
		"a route's MTU changes": {least + "ROUTES=10.1.2.3/32,10.96.0.0/16\n", some(pod, services), "", []string{
			"route replace 10.96.0.0/16 dev wg0 proto static",
		}},
		"one route goes": {least + "ROUTES=10.1.2.3/32\n", some(pod, services), "", []string{
			"route del 10.96.0.0/16 dev wg0 proto static",
		}},
		"from ranges to everything: the old ones last": {cargoConf, some(pod), "eth0", []string{
			"route replace default dev wg0 table 51820",
			"rule add not fwmark 0xca6c table 51820 priority 32765",
			"rule add table main suppress_prefixlength 0 priority 32764",
			"rule add iif eth0 table 51820 priority 32763",
			"route del 10.1.2.3/32 dev wg0 proto static",
		}},
		"from everything to ranges: the new ones first": {least + "ROUTES=10.1.2.3/32\n", everything(), "eth0", []string{
			"route replace 10.1.2.3/32 dev wg0 proto static",
			"rule del iif eth0 table 51820 priority 32763",
			"rule del table main suppress_prefixlength 0 priority 32764",
			"rule del not fwmark 0xca6c table 51820 priority 32765",
			"route flush table 51820",
		}},
		"another mark": {cargoConf, with(everything(), func(now *observed) { now.mark = "0x1" }), "eth0", []string{
			"rule add not fwmark 0x1 table 51820 priority 32765",
			"rule del not fwmark 0xca6c table 51820 priority 32765",
		}},
		"the gateway is another device": {cargoConf, everything(), "eth1", []string{
			"rule add iif eth1 table 51820 priority 32763",
			"rule del iif eth0 table 51820 priority 32763",
		}},
	} {
		wanted, err := ParseNetwork(row.conf)
		if err != nil {
			t.Fatal(err)
		}
		got, err := planRouting(wanted, row.now, row.gateway)
		if err != nil || !slices.Equal(got, row.want) {
			t.Errorf("%s: %v\n  %s\nwant\n  %s", name, err, strings.Join(got, "\n  "), strings.Join(row.want, "\n  "))
		}
	}
}

func TestADefaultRouteNeedsAMark(t *testing.T) {
	wanted, _ := ParseNetwork(cargoConf)
	if _, err := planRouting(wanted, observed{mark: "off"}, ""); err == nil || err.Error() != "DEFAULT_ROUTE needs FwMark in wireguard.conf" {
		t.Errorf("%v", err)
	}
}
