package health

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

const bridges = `{"clients":[
{"probe":"198.18.1.3","ports":[{"port":10001,"from":["10.1.0.5"]},{"port":10000,"from":["10.1.0.5","10.1.0.6"]}]},
{"probe":"198.18.2.3","ports":[{"port":10002,"from":["10.1.0.6"]}]}]}`

var alice, bob = netip.MustParseAddr("198.18.1.3"), netip.MustParseAddr("198.18.2.3")

func parse(t *testing.T, text string) Bridged {
	t.Helper()
	bridged, err := ParseBridged(text)
	if err != nil {
		t.Fatal(err)
	}
	return bridged
}

func lineOf(t *testing.T, table table, pod string, now time.Time) string {
	t.Helper()
	line, known := table.lineFor(netip.MustParseAddr(pod), now)
	text, err := line.encode()
	if err != nil {
		t.Fatal(err)
	}
	if !known {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

func TestAPodHearsAboutItsOwnPortsOnly(t *testing.T) {
	now := time.Now()
	table := newTable(parse(t, bridges), table{})
	table.heard(alice, now.Add(-700*time.Millisecond))
	for pod, want := range map[string]string{
		"10.1.0.5": `{"ports":[{"port":10000,"silentMs":700},{"port":10001,"silentMs":700}]}`,
		"10.1.0.6": `{"ports":[{"port":10000,"silentMs":700},{"port":10002}]}`,
		"10.1.0.7": "unknown",
	} {
		if line := lineOf(t, table, pod, now); line != want {
			t.Errorf("%s: %s", pod, line)
		}
	}
}

func TestWhatIsKnownOfAClientStaysWithIt(t *testing.T) {
	now := time.Now()
	first := newTable(parse(t, bridges), table{})
	first.heard(alice, now.Add(-2*time.Second))
	first.heard(alice, now.Add(-3*time.Second)) // an answer that was noted late
	first.heard(bob, now)
	second := newTable(parse(t, `{"clients":[{"probe":"198.18.1.3","ports":[{"port":10009,"from":["10.1.0.9"]}]}]}`), first)
	if line := lineOf(t, second, "10.1.0.9", now); line != `{"ports":[{"port":10009,"silentMs":2000}]}` {
		t.Error(line)
	}
	if second.heard(bob, now) {
		t.Error("a client without bridges is not known any more")
	}
	third := newTable(parse(t, bridges), second)
	if line := lineOf(t, third, "10.1.0.6", now); line != `{"ports":[{"port":10000,"silentMs":2000},{"port":10002}]}` {
		t.Error(line)
	}
}

func TestHealthJsonThatCannotBeUsed(t *testing.T) {
	for _, text := range []string{"", "{", `{"clients":[{"probe":"somewhere"}]}`, `{"clients":[{}]}`, `{"clients":[{"probe":"fd00::1"}]}`} {
		if _, err := ParseBridged(text); err == nil {
			t.Errorf("%s: accepted", text)
		}
	}
}
