package files

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAFileThatCannotBeWrittenKeepsWhatItHas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	if err := Replace(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	// The place where the new one is written is taken.
	if err := os.Mkdir(path+".next", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Replace(path, []byte("new")); err == nil {
		t.Error("no error")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "old" {
		t.Errorf("%q, %v", text, err)
	}
}
