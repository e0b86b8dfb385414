package cargo

import (
	"slices"
	"testing"
)

func names(host string) []string {
	return map[string][]string{"node": {"10.0.0.7", "10.0.0.8"}, "10.0.0.1": {"10.0.0.1"}, "10.0.0.2": {"10.0.0.2"}}[host]
}

func TestSessionsCallTheConfiguredEndpointFirst(t *testing.T) {
	endpoints := []string{"10.0.0.1:1", "node:2", "gone:3"}
	for turn, want := range []string{"10.0.0.2:9", "10.0.0.1:1", "10.0.0.7:2", "10.0.0.2:9"} {
		if got, several, err := toCall("10.0.0.2:9", endpoints, turn, names); got != want || !several || err != nil {
			t.Errorf("turn %d calls %s, %v, %v, want %s", turn, got, several, err, want)
		}
	}
	if got, several, err := toCall("node:2", []string{"node:2"}, 5, names); got != "10.0.0.7:2" || several || err != nil {
		t.Errorf("alone: %s, %v, %v", got, several, err)
	}
	if _, _, err := toCall("gone:3", nil, 0, names); err == nil || err.Error() != "gone:3 has no address" {
		t.Errorf("without an address: %v", err)
	}
}

func TestBetterEndpointsAreThoseBefore(t *testing.T) {
	endpoints := []string{"10.0.0.1:1", "node:2", "10.0.0.2:9"}
	for inUse, want := range map[string][]string{
		"10.0.0.1:1":  {},
		"10.0.0.7:2":  {"10.0.0.1:1"},
		"10.0.0.2:9":  {"10.0.0.1:1", "10.0.0.7:2"},
		"127.0.0.1:5": {"10.0.0.1:1", "10.0.0.7:2", "10.0.0.2:9"},
	} {
		if got := betterThan(inUse, endpoints, names); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", inUse, got, want)
		}
	}
}

func TestAnyAddressOfTheAppliedNameIsRight(t *testing.T) {
	for inUse, want := range map[string]string{"10.0.0.8:2": "10.0.0.8:2", "10.0.0.1:1": "10.0.0.7:2"} {
		if got := applied("node:2", inUse, names); got != want {
			t.Errorf("%s: %s, want %s", inUse, got, want)
		}
	}
}
