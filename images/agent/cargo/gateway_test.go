package cargo

import (
	"net/netip"
	"slices"
	"testing"

	"gefyra/agent/ip"
)

func TestTheGatewayIsTakenOnItsNetwork(t *testing.T) {
	network := ip.Route{Destination: "172.28.0.0/24", Device: "eth1", Scope: "link"}
	other := ip.Route{Destination: "172.17.0.0/16", Device: "eth0", Scope: "link"}
	published := func(router string) []string {
		return []string{"route replace default via " + router + " dev eth1 table 51821", "rule add fwmark 51821 table 51821 priority 32762"}
	}
	first := []string{"address replace 172.28.0.2/24 dev eth1", "link set dev eth1 group 51823"}
	for name, row := range map[string]struct {
		router netip.Addr
		routes []ip.Route
		want   []string
	}{
		"Docker's router": {netip.Addr{}, []ip.Route{other, network}, slices.Concat(first, published("172.28.0.1"))},
		"Docker gave it itself as gateway": {
			netip.MustParseAddr("172.28.0.9"), []ip.Route{{Destination: "default", Gateway: "172.28.0.2", Device: "eth1"}, network},
			slices.Concat(first, []string{"route replace default via 172.28.0.9 dev eth1 metric 1", "route del default via 172.28.0.2 dev eth1"}, published("172.28.0.9")),
		},
	} {
		device, lines, err := planGateway(netip.MustParsePrefix("172.28.0.2/24"), row.router, row.routes)
		if err != nil || device != "eth1" || !slices.Equal(lines, row.want) {
			t.Errorf("%s: %s, %v\n%q\nwant\n%q", name, device, err, lines, row.want)
		}
	}
	if _, _, err := planGateway(netip.MustParsePrefix("172.28.0.2/24"), netip.Addr{}, []ip.Route{other}); err == nil {
		t.Error("taken on another network")
	}
}
