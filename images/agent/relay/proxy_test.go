package relay

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// proxyOf serves one connection with `serve`, and then says "hello" as the server behind it would.
func proxyOf(t *testing.T, scheme string, serve func(net.Conn) bool) *url.URL {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		if serve(conn) {
			_, _ = io.WriteString(conn, "hello")
		}
	}()
	return &url.URL{Scheme: scheme, Host: listener.Addr().String(), User: url.UserPassword("me", "secret")}
}

func httpProxy(status string, asked *http.Request) func(net.Conn) bool {
	return func(conn net.Conn) bool {
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return false
		}
		*asked = *request
		_, _ = io.WriteString(conn, "HTTP/1.1 "+status+"\r\n\r\n")
		return strings.HasPrefix(status, "200")
	}
}

// exchange reads what it expects and answers, message by message.
func exchange(t *testing.T, messages ...[]byte) func(net.Conn) bool {
	return func(conn net.Conn) bool {
		for i := 0; i < len(messages); i += 2 {
			got := make([]byte, len(messages[i]))
			if _, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, messages[i]) {
				t.Errorf("message %d: %q, not %q (%v)", i, got, messages[i], err)
				return false
			}
			_, _ = conn.Write(messages[i+1])
		}
		return true
	}
}

func TestAProxyLeadsToTheServer(t *testing.T) {
	var asked http.Request
	methods, chosen := []byte{5, 2, 0, 2}, []byte{5, 2}
	login := append(append([]byte{1, 2}, "me"...), append([]byte{6}, "secret"...)...)
	target := append(append([]byte{5, 1, 0, 3, 10}, "api.server"...), 0x19, 0x2b)
	for _, row := range []struct {
		what  string
		proxy *url.URL
		want  string
	}{
		{"HTTP", proxyOf(t, "http", httpProxy("200 OK", &asked)), ""},
		{"HTTP, refused", proxyOf(t, "http", httpProxy("407 Proxy Authentication Required", &http.Request{})), "answers 407"},
		{"SOCKS", proxyOf(t, "socks5", exchange(t, methods, []byte{5, 0}, target, []byte{5, 0, 0, 1, 9, 9, 9, 9, 0, 9})), ""},
		{"SOCKS, password", proxyOf(t, "socks5", exchange(t, methods, chosen, login, []byte{1, 0}, target, []byte{5, 0, 0, 3, 1, 'x', 0, 9})), ""},
		{"SOCKS, wrong password", proxyOf(t, "socks5", exchange(t, methods, chosen, login, []byte{1, 1})), "does not accept"},
		{"SOCKS, no way", proxyOf(t, "socks5", exchange(t, methods, []byte{5, 0}, target, []byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})), "SOCKS 5"},
		{"TLS", &url.URL{Scheme: "https", Host: "127.0.0.1:1"}, "cannot use a proxy over https"},
		{"nobody", &url.URL{Scheme: "http", Host: "127.0.0.1:1"}, "does not answer"},
	} {
		conn, err := dialThrough(row.proxy, "api.server:6443")
		if row.want != "" {
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%s: %v", row.what, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", row.what, err)
			continue
		}
		text, _ := io.ReadAll(conn)
		if string(text) != "hello" {
			t.Errorf("%s: %q", row.what, text)
		}
	}
	if asked.Method != http.MethodConnect || asked.Host != "api.server:6443" || asked.Header.Get("Proxy-Authorization") != "Basic bWU6c2VjcmV0" {
		t.Errorf("%s %s %v", asked.Method, asked.Host, asked.Header)
	}
}
