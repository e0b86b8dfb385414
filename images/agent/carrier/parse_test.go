package carrier

import (
	"archive/tar"
	"bytes"
	"reflect"
	"testing"
)

func TestLook(t *testing.T) {
	table := []struct {
		name         string
		look         look
		old          []string
		takes, alone bool
	}{
		{"no worker yet", look{workers: []string{}}, nil, false, true},
		{"the first one", look{workers: []string{"7"}}, nil, true, true},
		{"only old ones", look{workers: []string{"7"}}, []string{"7"}, false, false},
		{"both", look{workers: []string{"7", "8"}}, []string{"7"}, true, false},
		{"the old one leaves", look{workers: []string{"7", "8"}, leaving: map[string]bool{"7": true}}, []string{"7"}, true, true},
		{"the old one is gone", look{workers: []string{"8"}}, []string{"7"}, true, true},
		{"a kernel without the list of children, early", look{}, nil, false, true},
		{"and later", look{ready: true}, nil, true, true},
	}
	for _, one := range table {
		if takes, alone := one.look.takes(one.old), one.look.alone(one.old); takes != one.takes || alone != one.alone {
			t.Errorf("%s: %v, %v", one.name, takes, alone)
		}
	}
}

func TestZombieOf(t *testing.T) {
	table := []struct {
		stat string
		id   int
		ok   bool
	}{
		{"12 (sh) Z 1 12 12 0", 12, true},
		{"12 (a) b) (c) Z 1 12 12 0", 12, true},
		{"12 (sh) S 1 12 12 0", 12, false},
		{"12 (sh) Z 10 12 12 0", 12, false},
		{"12 (Z 1) S 1 12", 12, false},
		{"", 0, false},
		{") (", 0, false},
	}
	for _, one := range table {
		if id, ok := zombieOf(one.stat, 1); id != one.id || ok != one.ok {
			t.Errorf("%q: %d, %v", one.stat, id, ok)
		}
	}
}

func TestIsMain(t *testing.T) {
	table := []struct {
		name         string
		parent, self int
		running      bool
		want         bool
	}{
		{"process 1 is the main process", 0, 1, false, true},
		{"whatever runs", 0, 1, true, true},
		{"in a shared process namespace the first one is", 0, 40, false, true},
		{"one that is started from outside later is not", 0, 40, true, false},
		{"nor one that has a parent", 1, 40, false, false},
	}
	for _, one := range table {
		if isMain(one.parent, one.self, func() bool { return one.running }) != one.want {
			t.Error(one.name)
		}
	}
}

func TestWithoutRuntime(t *testing.T) {
	got, found := withoutRuntime([]string{"PATH=/bin", "GODEBUG=gctrace=1", "GOGC=off", "GOMEMLIMIT=1", "GOPATH=/go", "MY_GOGC=1"})
	if want := []string{"PATH=/bin", "GOPATH=/go", "MY_GOGC=1"}; !found || !reflect.DeepEqual(got, want) {
		t.Error(got, found)
	}
}

func TestReadFiles(t *testing.T) {
	var packed bytes.Buffer
	writer := tar.NewWriter(&packed)
	for name, text := range map[string]string{"./nginx.conf": "http {}", "../nftables.conf": "elsewhere", "other": "x"} {
		writer.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600})
		writer.Write([]byte(text))
	}
	writer.Close()
	files, err := readFiles(bytes.NewReader(packed.Bytes()))
	if err != nil || files.Nginx == nil || *files.Nginx != "http {}" || files.Rules != nil {
		t.Errorf("%+v, %v", files, err)
	}
	if _, err := readFiles(bytes.NewReader(bytes.Repeat([]byte("no tar "), 500))); err == nil {
		t.Error("what is not a tar is read")
	}
	if _, err := readFiles(bytes.NewReader(packed.Bytes()[:packed.Len()-1024-512-256])); err == nil {
		t.Error("half a tar is taken for a whole one")
	}
}
