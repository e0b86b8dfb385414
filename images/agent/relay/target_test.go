package relay

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

func TestTheTokenIsReplacedByTheNewOne(t *testing.T) {
	folder := t.TempDir()
	text := `{"server":"https://127.0.0.1:6443/","trust":{"ca":"PEM","insecure":false},"namespace":"gefyra","pod":"p"}`
	if err := os.WriteFile(filepath.Join(folder, targetFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"old", "new"} {
		if err := keepToken(folder, []byte(token+"\n")); err != nil {
			t.Fatal(err)
		}
		got, secret, err := readTarget(folder)
		if err != nil || secret != token || got.Pod != "p" || got.Trust.CA != "PEM" {
			t.Fatal(got, secret, err)
		}
	}
	info, _ := os.Stat(filepath.Join(folder, tokenFile))
	if info.Mode() != 0o600 {
		t.Fatal(info.Mode())
	}
}

func TestAServerOnLoopbackHasTwoNamesInADockerMachine(t *testing.T) {
	for server, hosts := range map[string]int{
		"https://127.0.0.1:6443": 2, "https://localhost": 2, "https://[::1]:6443": 2, "https://10.0.0.1": 1, "https://a.b": 1,
	} {
		parsed, _ := url.Parse(server)
		if got := hostsOf(parsed); len(got) != hosts {
			t.Errorf("%s: %v", server, got)
		}
	}
}
