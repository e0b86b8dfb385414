package child_test

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
	"time"

	"gefyra/agent/child"
	"gefyra/agent/fakes"
)

func started(t *testing.T, script string) (*child.Process, *bytes.Buffer) {
	t.Helper()
	fakes.New(t, map[string]string{"coredns": script})
	var output bytes.Buffer
	process, err := child.Program{Name: "coredns"}.Start(&output)
	if err != nil {
		t.Fatal(err)
	}
	return process, &output
}

func awaitEnd(t *testing.T, process *child.Process) {
	t.Helper()
	select {
	case <-process.Ended():
	case <-time.After(10 * time.Second):
		t.Fatal("it has not ended")
	}
}

func TestAProcessTellsHowItEnded(t *testing.T) {
	process, output := started(t, "echo one; echo two >&2; exit 7")
	awaitEnd(t, process)
	if said := process.Result().Error(); said != "coredns ended: exit status 7" || output.String() != "one\ntwo\n" {
		t.Errorf("%s, with %q", said, output)
	}
	if err := process.Signal(syscall.SIGUSR1); err != nil {
		t.Errorf("a signal after its end: %v", err)
	}
}

func TestAProcessIsStopped(t *testing.T) {
	for script, want := range map[string]string{
		"trap 'exit 0' TERM; while :; do sleep 0.05; done": "coredns ended",
		"trap '' TERM; while :; do sleep 0.05; done":       "coredns ended: signal: killed",
	} {
		process, _ := started(t, script)
		time.Sleep(200 * time.Millisecond) // until the trap is set
		process.Stop(500 * time.Millisecond)
		awaitEnd(t, process)
		if got := process.Result().Error(); got != want {
			t.Errorf("%s: %s, want %s", script, got, want)
		}
	}
}

func TestAProgramThatIsMissingCannotBeStarted(t *testing.T) {
	_, err := child.Program{Name: "no-such-program"}.Start(nil)
	if err == nil || !strings.HasPrefix(err.Error(), "cannot start no-such-program: ") {
		t.Errorf("%v", err)
	}
}
