package stowaway

import (
	"slices"
	"testing"

	"gefyra/agent/contract"
	"gefyra/agent/health"
)

func TestTheFilesOfApplyAreThoseOfTheContract(t *testing.T) {
	var files []string
	for _, part := range parts(func(health.Bridged) {}) {
		files = append(files, part.File)
	}
	slices.Sort(files)
	if !slices.Equal(files, contract.StowawayFiles) {
		t.Errorf("%v, and %v in the contract", files, contract.StowawayFiles)
	}
}
