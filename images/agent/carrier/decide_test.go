package carrier

import "testing"

func TestDecide(t *testing.T) {
	text := func(s string) *string { return &s }
	absent := (*string)(nil)
	of := func(nginx, rules *string) Files { return Files{Nginx: nginx, Rules: rules} }
	none := text("")
	conf, other := text("http {}"), text("stream {}")
	dnat, redirect, empty := text("dnat ip to tcp dport map {}"), text("redirect to :1"), text("table ip gefyra {}")
	table := []struct {
		name      string
		now, next Files
		running   bool
		want      Plan
	}{
		{"the first configuration starts Nginx", Files{}, of(conf, absent), false,
			Plan{Nginx: Start, CheckNginx: true}},
		{"another one reloads it", of(conf, absent), of(other, absent), true,
			Plan{Nginx: Reload, CheckNginx: true}},
		{"the same changes nothing", of(conf, dnat), of(conf, dnat), true, Plan{}},
		{"the same without rules changes nothing", of(conf, dnat), of(conf, absent), true, Plan{}},
		{"an empty one stops Nginx, after the rules", of(conf, dnat), of(none, empty), true,
			Plan{Nginx: Stop, Load: true, RulesFirst: true}},
		{"an empty one is kept where none runs", Files{}, of(none, empty), false,
			Plan{Nginx: Stop, Load: true, RulesFirst: true}},
		{"Nginx starts again after it was stopped", of(none, empty), of(conf, redirect), false,
			Plan{Nginx: Start, CheckNginx: true, Load: true, CheckRules: true, AskForeign: true}},
		{"rules alone are not checked: nft is atomic", of(conf, redirect), of(absent, dnat), true,
			Plan{Load: true, AskForeign: true, AskForwarding: true, RulesFirst: true}},
		{"rules that send to Nginx need no forwarding", Files{}, of(none, redirect), false,
			Plan{Nginx: Stop, Load: true, AskForeign: true, RulesFirst: true}},
		{"nobody is asked before redirects are removed", of(none, dnat), of(none, empty), false,
			Plan{Load: true, RulesFirst: true}},
		{"nobody is asked about rules that are in force", of(conf, dnat), of(other, dnat), true,
			Plan{Nginx: Reload, CheckNginx: true}},
	}
	for _, one := range table {
		got, err := decide(one.now, one.next, one.running)
		if one.next.Nginx == nil || *one.next.Nginx == "" {
			one.want.RulesFirst = true
		}
		if err != nil || got != one.want {
			t.Errorf("%s: %+v, %v", one.name, got, err)
		}
	}
	if _, err := decide(of(conf, dnat), Files{}, true); err != errNothing {
		t.Errorf("nothing in the tar: %v", err)
	}
}
