package tunnel

import (
	"encoding/json"
	"maps"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"testing"
)

const least = "ADDRESS=198.18.1.2/24\nMTU=1420\n"

func TestNetworkConfIsRead(t *testing.T) {
	to := netip.MustParsePrefix
	rest := func(change func(*Network)) Network {
		network := Network{Address: to("198.18.1.2/24"), MTU: 1420}
		change(&network)
		return network
	}
	for text, want := range map[string]Network{
		least:                           rest(func(*Network) {}),
		least + "\nDEFAULT_ROUTE=yes\n": rest(func(n *Network) { n.DefaultRoute = true }),
		least + "DEFAULT_ROUTE=no\nPEER=198.18.0.1": rest(func(n *Network) { n.Peer = netip.MustParseAddr("198.18.0.1") }),
		least + "ROUTES=10.96.0.0/16,10.1.2.3/32 dev wg0 mtu 1280,10.244.0.0/16 mtu 1300\n": rest(func(n *Network) {
			n.Routes = []Route{{to("10.96.0.0/16"), 0}, {to("10.1.2.3/32"), 1280}, {to("10.244.0.0/16"), 1300}}
		}),
		least + "ENDPOINTS=10.0.0.1:31820,node.example.org:31820\n": rest(func(n *Network) {
			n.Endpoints = []string{"10.0.0.1:31820", "node.example.org:31820"}
		}),
	} {
		got, err := ParseNetwork(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

func TestAWrongLineOfNetworkConfIsNamed(t *testing.T) {
	for _, line := range []string{
		"ADDRESS=198.18.1.3/24;reboot",
		"ADDRESS=198.18.1.3",
		"ADDRESS=fd00::1/64",
		"MTU=12",
		"MTU=x",
		"MTU=",
		"ROUTES=10.0.0.0/8 via 10.1.1.1",
		"ROUTES=10.0.0.0/8 dev eth0",
		"ROUTES=10.0.0.0/8 mtu",
		"ROUTES=10.0.0.0/8,",
		"ROUTES=10.0.0.0/33",
		"DEFAULT_ROUTE=maybe",
		"PEER=198.18.0.1/32",
		"ENDPOINTS=10.0.0.1",
		"ENDPOINTS=10.0.0.1:31820,$(reboot):1",
		"COLOUR=blue",
		"ADDRESS",
	} {
		if _, err := ParseNetwork(least + line + "\n"); err == nil || err.Error() != line {
			t.Errorf("%q: %v", line, err)
		}
	}
	if _, err := ParseNetwork("MTU=1420\n"); err == nil || err.Error() != "it needs ADDRESS and MTU" {
		t.Errorf("without an address: %v", err)
	}
}

func TestTheKeysOfNetworkConfAreThoseOfTheContract(t *testing.T) {
	text, err := os.ReadFile("../../contract.json")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct{ NetworkConf map[string]string }
	if err := json.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	want, got := slices.Sorted(maps.Keys(contract.NetworkConf)), slices.Sorted(maps.Keys(networkKeys))
	if !slices.Equal(got, want) {
		t.Errorf("%v, and %v in the contract", got, want)
	}
}
