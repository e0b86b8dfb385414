package child_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gefyra/agent/child"
	"gefyra/agent/fakes"
)

func TestAProgramIsRunWithItsInput(t *testing.T) {
	programs := fakes.New(t, map[string]string{"nft": "cat; echo end"})
	printed, err := child.Program{Name: "nft", Args: []string{"-f", "-"}, Input: []byte("table ip a\n")}.Run()
	if err != nil || printed != "table ip a\nend" {
		t.Errorf("%q, %v", printed, err)
	}
	if calls := programs.Calls(t); !slices.Equal(calls, []string{"nft -f -"}) {
		t.Errorf("called %q", calls)
	}
}

func TestAFailureSaysWhatTheProgramSaid(t *testing.T) {
	for script, want := range map[string]string{
		"echo no such device >&2; exit 3": "no such device",
		"exit 3":                          "ip: exit status 3",
	} {
		fakes.New(t, map[string]string{"ip": script})
		_, err := child.Run("ip", "link")
		var failed *child.Error
		if !errors.As(err, &failed) || failed.Code != 3 || err.Error() != want {
			t.Errorf("%q: %v, want %q", script, err, want)
		}
	}
}

func TestAProgramThatHangsIsKilled(t *testing.T) {
	fakes.New(t, map[string]string{"wg": "sleep 30"})
	start := time.Now()
	_, err := child.Program{Name: "wg", Deadline: 200 * time.Millisecond}.Run()
	if err == nil || !strings.Contains(err.Error(), "it took more than 200ms") {
		t.Errorf("%v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
