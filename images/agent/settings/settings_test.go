package settings

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

type example struct {
	Wait    time.Duration  `env:"EXAMPLE_WAIT" envDefault:"20s" help:"how long"`
	Gateway netip.Prefix   `env:"EXAMPLE_GATEWAY" help:"with its prefix"`
	Routes  []netip.Prefix `env:"EXAMPLE_ROUTES,required" help:"where to"`
}

func TestSettingsAreReadFromTheEnvironment(t *testing.T) {
	t.Setenv("EXAMPLE_GATEWAY", "172.28.0.2/24")
	t.Setenv("EXAMPLE_ROUTES", "10.96.0.0/16,10.244.0.0/16")
	read, err := Read[example]()
	if err != nil {
		t.Fatal(err)
	}
	if read.Wait != 20*time.Second || read.Gateway.Addr().String() != "172.28.0.2" || len(read.Routes) != 2 {
		t.Errorf("read %+v", read)
	}
}

func TestWaitsAreSecondsOrDurations(t *testing.T) {
	t.Setenv("EXAMPLE_ROUTES", "10.96.0.0/16")
	for text, want := range map[string]time.Duration{
		"8": 8 * time.Second, "1.5s": 1500 * time.Millisecond, "200ms": 200 * time.Millisecond,
		"0": 0, "-3": 0, "1.5": 0, "soon": 0,
	} {
		t.Setenv("EXAMPLE_WAIT", text)
		read, err := Read[example]()
		if (err == nil) != (want > 0) || want > 0 && read.Wait != want {
			t.Errorf("%q is %v with %v, want %v", text, read.Wait, err, want)
		}
	}
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	t.Setenv("EXAMPLE_WAIT", "soon")
	t.Setenv("EXAMPLE_GATEWAY", "here")
	_, err := Read[example]()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"soon", "here", "EXAMPLE_ROUTES"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in: %v", want, err)
		}
	}
}

func TestEachSettingIsDescribed(t *testing.T) {
	text := Describe(example{})
	for _, want := range []string{"EXAMPLE_WAIT\n      how long (default 20s)", "with its prefix (may be empty)", "where to\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}
