package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var files = map[string]string{"deno": "#!/bin/sh\n", "program/gefyra.js": "main()", "arguments": "run\n--quiet\n"}

// executable returns a file as scripts/compile/portable.ts makes it.
func executable(t *testing.T, damage func([]byte)) payload {
	t.Helper()
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	archive := tar.NewWriter(zipped)
	for name, text := range files {
		archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))})
		archive.Write([]byte(text))
	}
	archive.Close()
	zipped.Close()
	trailer := fmt.Sprintf("%x%016d", sha256.Sum256(packed.Bytes()), packed.Len())
	if damage != nil {
		damage(packed.Bytes())
	}
	path := filepath.Join(t.TempDir(), "gefyra")
	if err := os.WriteFile(path, append(append([]byte("ELF"), packed.Bytes()...), trailer...), 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	found, err := findPayload(file)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func mustUnpack(t *testing.T, p payload, parents ...string) string {
	t.Helper()
	folder, err := unpacked(p, parents)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		found, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || string(found) != text {
			t.Fatalf("%s: %q, %v", name, found, err)
		}
	}
	return folder
}

func namesIn(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func newParent(t *testing.T) string {
	return filepath.Join(t.TempDir(), "cache", "gefyra")
}

func TestUnpacksOnce(t *testing.T) {
	p, parent := executable(t, nil), newParent(t)
	folder := mustUnpack(t, p, parent)
	mark := filepath.Join(folder, "mark")
	os.WriteFile(mark, nil, 0o600)
	mustUnpack(t, p, parent)
	if _, err := os.Stat(mark); err != nil {
		t.Fatal("it was unpacked again")
	}
	if names := namesIn(t, parent); len(names) != 1 || names[0] != p.digest {
		t.Fatalf("left over: %v", names)
	}
}

func TestKeepsWhatTheFirstHasMade(t *testing.T) {
	p, parent := executable(t, nil), newParent(t)
	mark := filepath.Join(mustUnpack(t, p, parent), "mark")
	os.WriteFile(mark, nil, 0o600)
	if _, err := unpackInto(p, parent); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Fatal("a running program has lost its files")
	}
}

func TestManyAtOnce(t *testing.T) {
	p, parent := executable(t, nil), newParent(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { mustUnpack(t, p, parent) })
	}
	all.Wait()
	if names := namesIn(t, parent); len(names) != 1 {
		t.Fatalf("left over: %v", names)
	}
}

func TestRepairsWhatIsNotComplete(t *testing.T) {
	damages := map[string]func(folder string) error{
		"a file is missing": func(folder string) error { return os.Remove(filepath.Join(folder, "program", "gefyra.js")) },
		"a file is cut":     func(folder string) error { return os.Truncate(filepath.Join(folder, "deno"), 1) },
		"no index":          func(folder string) error { return os.Remove(filepath.Join(folder, indexName)) },
		"an empty index": func(folder string) error {
			os.Remove(filepath.Join(folder, "deno"))
			return os.WriteFile(filepath.Join(folder, indexName), []byte("{}"), 0o600)
		},
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			p, parent := executable(t, nil), newParent(t)
			if err := damage(mustUnpack(t, p, parent)); err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() { mustUnpack(t, p, parent) })
			}
			all.Wait()
			if names := namesIn(t, parent); len(names) != 1 {
				t.Fatalf("left over: %v", names)
			}
		})
	}
}

func TestRefusesADamagedFile(t *testing.T) {
	p, parent := executable(t, func(packed []byte) { packed[len(packed)/2] ^= 1 }), newParent(t)
	if _, err := unpacked(p, []string{parent}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Fatal(err)
	}
	if _, err := os.Stat(parent); err == nil {
		t.Fatal("something was unpacked")
	}
}

func TestRefusesAFileWithoutPayload(t *testing.T) {
	for _, text := range []string{"", "ELF", strings.Repeat("x", 200), strings.Repeat("0", 200), strings.Repeat("a", 64) + "0000000000009999"} {
		path := filepath.Join(t.TempDir(), "gefyra")
		os.WriteFile(path, []byte(text), 0o600)
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if found, err := findPayload(file); err == nil {
			t.Fatalf("%q: %v", text, found)
		}
	}
}

// A folder that cannot be made, for root too: there is a file in its place.
func TestTakesTheNextFolder(t *testing.T) {
	p, file := executable(t, nil), filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	next := newParent(t)
	if folder := mustUnpack(t, p, filepath.Join(file, "gefyra"), next); filepath.Dir(folder) != next {
		t.Fatal(folder)
	}
	if _, err := unpacked(p, []string{filepath.Join(file, "gefyra")}); err == nil {
		t.Fatal("there is nowhere to unpack to")
	}
}

func TestTakesNothingThatOthersMayWriteTo(t *testing.T) {
	p, open, next := executable(t, nil), newParent(t), newParent(t)
	planted := mustUnpack(t, p, open)
	os.Chmod(open, 0o777)
	os.WriteFile(filepath.Join(planted, "deno"), []byte("#!/bin/ba\n"), 0o700)
	if folder := mustUnpack(t, p, open, next); filepath.Dir(folder) != next {
		t.Fatal(folder)
	}
}

func TestRemovesWhatAKilledStartHasLeft(t *testing.T) {
	p, parent := executable(t, nil), newParent(t)
	for name, age := range map[string]time.Duration{"old": 2 * staleAfter, "new": 0} {
		folder := filepath.Join(parent, unfinished+name)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		os.Chtimes(folder, then, then)
	}
	mustUnpack(t, p, parent)
	if names := namesIn(t, parent); len(names) != 2 || names[0] != unfinished+"new" {
		t.Fatalf("left over: %v", names)
	}
}

func TestKeepsTheFilesOfTwoVersions(t *testing.T) {
	p, parent := executable(t, nil), newParent(t)
	version := func(number int) string { return fmt.Sprintf("%064x", number) }
	for number := range 3 {
		folder := filepath.Join(parent, version(number))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		unpackedAt := time.Now().Add(time.Duration(number-10) * time.Hour)
		os.Chtimes(folder, unpackedAt, unpackedAt)
	}
	os.Mkdir(filepath.Join(parent, "deno"), 0o700)
	mustUnpack(t, p, parent)
	want := []string{version(2), p.digest, "deno"}
	slices.Sort(want)
	if names := namesIn(t, parent); !slices.Equal(names, want) {
		t.Fatalf("%v instead of %v", names, want)
	}
}
