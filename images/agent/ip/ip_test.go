package ip

import (
	"strings"
	"testing"
)

// As iproute2 6.15 prints them.
const (
	rules = `[{"priority":0,"src":"all","table":"local"},
{"priority":32763,"src":"all","iif":"wg0","table":"51820"},
{"priority":32764,"src":"all","table":"main","suppress_prefixlen":0},
{"priority":32765,"not":null,"src":"all","fwmark":"0xca6c","table":"51820"},
{"priority":31902,"src":"172.28.0.5","table":"31902"}]`
	routes = `[{"dst":"default","gateway":"172.17.0.1","dev":"eth0","flags":[]},
{"dst":"10.1.2.3","scope":"link","flags":[]},
{"dst":"10.96.0.0/16","scope":"link","flags":[],"metrics":[{"mtu":1280}]}]`
)

func TestRulesAreReadAndWritten(t *testing.T) {
	read, err := parse[Rule](rules)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"table local priority 0",
		"iif wg0 table 51820 priority 32763",
		"table main suppress_prefixlength 0 priority 32764",
		"not fwmark 0xca6c table 51820 priority 32765",
		"from 172.28.0.5 table 31902 priority 31902",
	}
	for i, rule := range read {
		if got := strings.Join(rule.Args(), " "); got != want[i] {
			t.Errorf("%q, want %q", got, want[i])
		}
	}
}

func TestRoutesAreRead(t *testing.T) {
	read, err := parse[Route](routes)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		to  string
		mtu int
	}{{"0.0.0.0/0", 0}, {"10.1.2.3/32", 0}, {"10.96.0.0/16", 1280}} {
		to, err := read[i].To()
		if err != nil || to.String() != want.to || read[i].MTU() != want.mtu {
			t.Errorf("%v, %v, %d, want %+v", to, err, read[i].MTU(), want)
		}
	}
}
