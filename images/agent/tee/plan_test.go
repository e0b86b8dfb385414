package tee

import (
	"strings"
	"testing"
)

func TestSpeechOf(t *testing.T) {
	table := map[string]speech{
		"GET / HTTP/1.1\r\nHost: x\r\n":                             http1,
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":                          http2,
		"M-SEARCH * HTTP/1.1\r\n":                                   http1,
		"GET /" + strings.Repeat("a", 1000):                         http1,
		"get / HTTP/1.1\r\n":                                        unknown,
		"GET / HTTP/3\r\n":                                          unknown,
		"*1\r\n$4\r\nPING\r\n":                                      unknown,
		"\x16\x03\x01\x02\x00":                                      private,
		"\x16\x04\x01":                                              unknown,
		"GET / HTTP/1.1\r\nuser-agent:kube-probe/1.2\r\n":           private,
		"GET / HTTP/1.1\r\nX: kube-probe/1\r\nUser-Agent: curl\r\n": http1,
		"": unknown,
	}
	for first, want := range table {
		if got := speechOf([]byte(first)); got != want {
			t.Errorf("%.40q: %d, not %d", first, got, want)
		}
	}
}

func TestServersThatClose(t *testing.T) {
	table := map[string]bool{
		"HTTP/1.0 200 OK\r\n\r\n":                                   true,
		"HTTP/1.1 200 OK\r\nServer: x\r\nconnection: Close\r\n\r\n": true,
		"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n":         false,
		"HTTP/1.1 200 OK\r\nX-Connection: close\r\n\r\n":            false,
	}
	for answer, want := range table {
		if got := closes.MatchString(answer); got != want {
			t.Errorf("%q: %v", answer, got)
		}
	}
}

func TestParse(t *testing.T) {
	good := `{"ports":[{"port":80,"listen":":61080","original":["10.1.1.1:80","[::1]:80"],"copy":"10.2.2.2:10000"}]}`
	if ports, err := Parse([]byte(good)); err != nil || len(ports) != 1 || ports[0].Copy != "10.2.2.2:10000" {
		t.Fatalf("%v, %v", ports, err)
	}
	for _, bad := range []string{
		"", "[]", strings.Replace(good, ":10000", "", 1), strings.Replace(good, `"10.1.1.1:80","[::1]:80"`, "", 1),
	} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
