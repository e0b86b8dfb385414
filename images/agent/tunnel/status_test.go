package tunnel

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestStatusIsReadFromWgsDump(t *testing.T) {
	for name, row := range map[string]struct{ dump, want string }{
		"a device without a key": {
			"(none)\t(none)\t0\toff",
			`{"publicKey":"","listenPort":0,"peers":[],"device":"","mtu":0}`,
		},
		"peers": {
			"secret=\town=\t51820\t0xca6c\n" +
				"alice=\t(none)\t10.0.0.1:31820\t198.18.1.0/24,10.0.0.0/8\t1764270000\t12\t34\t5\n" +
				"bob=\t(none)\t(none)\t(none)\t0\t0\t0\toff",
			`{"publicKey":"own=","listenPort":51820,"peers":[` +
				`{"publicKey":"alice=","endpoint":"10.0.0.1:31820","latestHandshake":1764270000,"rxBytes":12,"txBytes":34,"allowedIPs":["198.18.1.0/24","10.0.0.0/8"]},` +
				`{"publicKey":"bob=","endpoint":"","latestHandshake":0,"rxBytes":0,"txBytes":0,"allowedIPs":[]}],"device":"","mtu":0}`,
		},
	} {
		status, err := parseDump(row.dump)
		got, _ := json.Marshal(status)
		if err != nil || string(got) != row.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, row.want)
		}
		if strings.Contains(string(got), "secret") {
			t.Errorf("%s: the private key is shown", name)
		}
	}
}

func TestADumpThatIsNoneIsRefused(t *testing.T) {
	for _, dump := range []string{"", "a\tb", "a\tb\tc\td", "a\tb\t1\td\nalice="} {
		if _, err := parseDump(dump); err == nil {
			t.Errorf("%q was read", dump)
		}
	}
}
