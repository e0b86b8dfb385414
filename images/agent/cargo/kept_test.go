package cargo

import (
	"maps"
	"os"
	"testing"
)

func TestTheLastStateIsKept(t *testing.T) {
	folder := kept{t.TempDir()}
	if files, err := folder.files(); len(files) > 0 || err != nil {
		t.Errorf("at first: %v, %v", files, err)
	}
	for _, text := range []string{"one", "two"} {
		want := map[string]string{"network.conf": text, "Corefile": "dns"}
		if err := folder.keep(want); err != nil {
			t.Fatal(err)
		}
		if files, err := folder.files(); !maps.Equal(files, want) || err != nil {
			t.Errorf("%v, %v", files, err)
		}
	}
	if entries, _ := os.ReadDir(folder.folder); len(entries) != 2 {
		t.Errorf("%v: more than the link and its folder", entries)
	}
}
