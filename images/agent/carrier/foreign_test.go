package carrier

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

func TestForeignRedirect(t *testing.T) {
	chainOf := func(family, table, name, hook string) string {
		return fmt.Sprintf(`{"chain":{"family":%q,"table":%q,"name":%q%s}}`, family, table, name,
			map[bool]string{true: fmt.Sprintf(`,"type":"nat","hook":%q,"prio":-100`, hook)}[hook != ""])
	}
	rule := func(family, table, chain, expr string) string {
		return fmt.Sprintf(`{"rule":{"family":%q,"table":%q,"chain":%q,"comment":"redirect dnat","expr":[%s]}}`,
			family, table, chain, expr)
	}
	const (
		jump     = `{"counter":{"packets":0}},{"jump":{"target":"MESH"}}`
		redirect = `{"match":{"op":"==","left":{"meta":{"key":"l4proto"}},"right":"tcp"}},{"redirect":{"port":15006}}`
		status   = `{"match":{"op":"in","left":{"ct":{"key":"status"}},"right":"dnat"}},{"accept":null}`
	)
	prerouting := chainOf("ip", "nat", "PREROUTING", "prerouting")
	table := []struct {
		name string
		list []string
		want string
	}{
		{"no rules", nil, ""},
		{"a chain that prerouting leads to", []string{chainOf("ip", "nat", "MESH", ""), prerouting,
			rule("ip", "nat", "MESH", redirect), rule("ip", "nat", "PREROUTING", jump)}, "ip nat MESH"},
		{"a chain that nothing leads to", []string{prerouting, rule("ip", "nat", "MESH", redirect)}, ""},
		{"a chain of another table", []string{prerouting, rule("ip", "nat", "PREROUTING", jump),
			rule("ip", "other", "MESH", redirect)}, ""},
		{"what leaves the pod", []string{chainOf("ip", "nat", "OUTPUT", "output"),
			rule("ip", "nat", "OUTPUT", redirect)}, ""},
		{"iptables on top of nftables", []string{prerouting, rule("ip", "nat", "PREROUTING",
			`{"xt":{"type":"target","name":"DNAT"}}`)}, "ip nat PREROUTING"},
		{"a match of iptables", []string{prerouting, rule("ip", "nat", "PREROUTING",
			`{"xt":{"type":"match","name":"conntrack"}},{"accept":null}`)}, ""},
		{"both families in one table", []string{chainOf("inet", "m", "in", "prerouting"),
			rule("inet", "m", "in", `{"dnat":{"family":"ip","addr":"10.0.0.1"}}`)}, "inet m in"},
		{"IPv6 only", []string{chainOf("ip6", "nat", "in", "prerouting"), rule("ip6", "nat", "in", redirect)}, ""},
		{"Carrier's own", []string{chainOf("ip", "gefyra", "prerouting", "prerouting"),
			rule("ip", "gefyra", "prerouting", redirect)}, ""},
		{"a table of that name in another family", []string{chainOf("inet", "gefyra", "in", "prerouting"),
			rule("inet", "gefyra", "in", redirect)}, "inet gefyra in"},
		{"what only looks as if", []string{prerouting, rule("ip", "nat", "PREROUTING", status)}, ""},
		{"chains that lead to each other", []string{prerouting, rule("ip", "nat", "PREROUTING", jump),
			rule("ip", "nat", "MESH", `{"goto":{"target":"PREROUTING"}}`)}, ""},
		{"a map in a rule", []string{prerouting, rule("ip", "nat", "PREROUTING",
			`{"vmap":{"key":{"payload":{}},"data":{"set":[[80,{"goto":{"target":"MESH"}}]]}}}`),
			rule("ip", "nat", "MESH", redirect)}, "ip nat MESH"},
		{"a map with a name", []string{
			`{"map":{"family":"ip","name":"m","table":"nat","elem":[[80,{"jump":{"target":"MESH"}}]]}}`, prerouting,
			rule("ip", "nat", "PREROUTING", `{"vmap":{"key":{"payload":{}},"data":"@m"}}`),
			rule("ip", "nat", "MESH", redirect)}, "ip nat MESH"},
	}
	for _, one := range table {
		list := append([]string{`{"metainfo":{"version":"1.1.3"}}`, `{"table":{"family":"ip","name":"nat"}}`}, one.list...)
		got, err := foreignRedirect([]byte(`{"nftables":[` + strings.Join(list, ",") + `]}`))
		if one.want != "" {
			one.want = "nftables, chain " + one.want
		}
		if err != nil || got != one.want {
			t.Errorf("%s: %q, %v", one.name, got, err)
		}
	}
	if _, err := foreignRedirect([]byte("table ip nat {}")); err == nil {
		t.Error("a list that is not JSON is taken for an empty one")
	}
}

func TestRedirectAmong(t *testing.T) {
	entry := func(target string) []byte {
		e := make([]byte, entrySize+40)
		binary.NativeEndian.PutUint16(e[atTarget:], entrySize)
		binary.NativeEndian.PutUint16(e[atNext:], uint16(len(e)))
		copy(e[entrySize+atTargetName:], target+"\x00")
		return e
	}
	table := []struct {
		targets []string
		want    string
	}{
		{nil, ""},
		{[]string{"", "ERROR"}, ""},
		{[]string{"", "REDIRECT", "ERROR"}, "REDIRECT"},
		{[]string{"MASQUERADE", "DNAT"}, "DNAT"},
		{[]string{"REDIRECTED"}, ""},
	}
	for _, one := range table {
		var entries []byte
		for _, target := range one.targets {
			entries = append(entries, entry(target)...)
		}
		if got := redirectAmong(entries); got != one.want {
			t.Errorf("%v: %q", one.targets, got)
		}
		// Whatever the kernel answers, this ends.
		for end := range entries {
			redirectAmong(entries[:end])
		}
	}
}
