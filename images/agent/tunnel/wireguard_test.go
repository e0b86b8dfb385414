package tunnel

import (
	"reflect"
	"testing"
)

const (
	device  = "[Interface]\nListenPort = 51820\n\n"
	another = "[Interface]\nListenPort = 51821\n"
	alice   = "[Peer]\nPublicKey = alice=\nAllowedIPs = 198.18.1.0/24\n\n"
	moved   = "[Peer]\nPublicKey = alice=\nAllowedIPs = 198.18.9.0/24\n"
	bob     = "[Peer]\nPublicKey = bob=\nAllowedIPs = 198.18.2.0/24\n"
)

func TestOnlyPeersThatDifferAreTouched(t *testing.T) {
	for name, row := range map[string]struct {
		before, now string
		want        wireguardPlan
	}{
		"the first state":             {"", device + alice, wireguardPlan{Whole: true}},
		"the first peer":              {device, device + alice, wireguardPlan{Whole: true}},
		"the last peer goes":          {device + alice, device, wireguardPlan{Whole: true}},
		"the device differs":          {device + alice, another + alice, wireguardPlan{Whole: true}},
		"a peer comes":                {device + alice, device + alice + bob, wireguardPlan{Add: bob}},
		"a peer goes":                 {device + alice + bob, device + alice, wireguardPlan{Remove: []string{"bob="}}},
		"a peer changes":              {device + alice + bob, device + moved + bob, wireguardPlan{Add: moved}},
		"one comes and another goes":  {device + alice, device + bob, wireguardPlan{Remove: []string{"alice="}, Add: bob}},
		"another order and more air":  {device + alice + bob, device + bob + "\n\n" + alice, wireguardPlan{}},
		"nothing is known of it":      {"", device + alice + bob, wireguardPlan{Whole: true}},
		"no peers before, none after": {device, another, wireguardPlan{Whole: true}},
	} {
		if got := planWireguard(row.before, row.now); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: %+v, want %+v", name, got, row.want)
		}
	}
}
