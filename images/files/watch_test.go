package main

import (
	"os"
	"testing"
	"time"
)

func TestDigestSeesEveryChange(t *testing.T) {
	folder := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(folder+"/deep/er", 0o755))
	must(os.WriteFile(folder+"/deep/er/file", []byte("one"), 0o644))
	must(os.Symlink("one", folder+"/link"))
	before := digest(folder)
	if digest(folder) != before {
		t.Error("it changes by itself")
	}
	must(os.MkdirAll(folder+"/"+unfinished, 0o700))
	for _, change := range []struct {
		what string
		do   func() error
	}{
		{"the same length", func() error { return os.WriteFile(folder+"/deep/er/file", []byte("two"), 0o644) }},
		{"a mode", func() error { return os.Chmod(folder+"/deep/er/file", 0o600) }},
		{"a time", func() error { return os.Chtimes(folder+"/deep/er/file", time.Unix(1, 0), time.Unix(1, 0)) }},
		{"a new name", func() error { return os.Rename(folder+"/deep/er/file", folder+"/deep/er/f") }},
		{"a link", func() error {
			_ = os.Remove(folder + "/link")
			return os.Symlink("two", folder+"/link")
		}},
		{"a removed directory", func() error { return os.RemoveAll(folder + "/deep") }},
		{"everything gone", func() error { return os.RemoveAll(folder) }},
	} {
		before := digest(folder)
		must(change.do())
		if digest(folder) == before {
			t.Errorf("%s is not seen", change.what)
		}
	}
}

func TestLookingTakesLittleTime(t *testing.T) {
	for look, want := range map[time.Duration]time.Duration{
		time.Microsecond:       time.Second,
		50 * time.Millisecond:  5 * time.Second,
		100 * time.Millisecond: 10 * time.Second,
		time.Hour:              time.Minute,
	} {
		if got := pauseAfter(look); got != want {
			t.Errorf("%v: %v", look, got)
		}
	}
}
