package cargo

import (
	"slices"
	"testing"

	"gefyra/agent/contract"
)

func TestTheFilesOfApplyAreThoseOfTheContract(t *testing.T) {
	var files []string
	for _, part := range parts(nil, "", "") {
		files = append(files, part.File)
	}
	slices.Sort(files)
	if !slices.Equal(files, contract.CargoFiles) {
		t.Errorf("%v, and %v in the contract", files, contract.CargoFiles)
	}
}

func TestWhatCoreDNSSaysIsUnderstood(t *testing.T) {
	for line, want := range map[string][2]bool{
		"CoreDNS-1.13.1":                   {true, false},
		"[INFO] Reloading complete":        {true, false},
		"[ERROR] SIGUSR1: Corefile:2 - ..": {false, true},
		"[INFO] SIGUSR1: Reloading":        {false, false},
		".:53":                             {false, false},
	} {
		if accepted, refused := verdict(line); accepted != want[0] || refused != want[1] {
			t.Errorf("%s: %v, %v", line, accepted, refused)
		}
	}
}
