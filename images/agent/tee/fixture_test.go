package tee

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

func limits() Limits {
	return Limits{
		Connect: time.Second, Quiet: 20 * time.Millisecond, Hold: 2 * time.Second, Queue: 64 << 10, All: 1 << 20, Copies: 8,
		Late: 20 * time.Millisecond,
	}
}

// server listens on loopback until the test ends.
func server(t *testing.T, serve func(*net.TCPConn)) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				serve(connection.(*net.TCPConn))
			}()
		}
	}()
	return listener.Addr().String()
}

// nobody listens there.
func nobody(t *testing.T) string {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func echo(connection *net.TCPConn) { io.Copy(connection, connection) }

// heard is what servers were told, a text for each connection, in their order.
type heard struct {
	mutex sync.Mutex
	said  []string
	ended []bool
}

// listen records one connection, and answers each request as `answer` says; "" closes.
func (h *heard) listen(answer func(request string) string) func(*net.TCPConn) {
	return func(connection *net.TCPConn) {
		h.mutex.Lock()
		at := len(h.said)
		h.said, h.ended = append(h.said, ""), append(h.ended, false)
		h.mutex.Unlock()
		buffer := make([]byte, 64<<10)
		for {
			count, err := connection.Read(buffer)
			h.mutex.Lock()
			h.said[at] += string(buffer[:count])
			h.ended[at] = err == io.EOF
			h.mutex.Unlock()
			if err != nil {
				return
			}
			text := answer(string(buffer[:count]))
			io.WriteString(connection, text)
			if strings.HasPrefix(text, "HTTP/1.0") {
				return
			}
		}
	}
}

func (h *heard) all() []string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return append([]string{}, h.said...)
}

func mute(string) string { return "" }

// mirrored starts a tee and returns its address.
func mirrored(t *testing.T, limits Limits, original, copy string) (*Tee, string) {
	t.Helper()
	tee, listen := New(limits), nobody(t)
	ports := []Port{{Port: 80, Listen: listen, Original: []string{original}, Copy: copy}}
	if err := tee.Listen(ports); err != nil {
		t.Fatal(err)
	}
	tee.Use(ports)
	t.Cleanup(func() { tee.Use(nil) })
	return tee, listen
}

func connect(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	connection, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	connection.SetDeadline(time.Now().Add(10 * time.Second))
	return connection.(*net.TCPConn)
}

// ask sends a text to something that echoes, and waits for it.
func ask(t *testing.T, connection net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(connection, got); err != nil || string(got) != text {
		t.Fatalf("got %.80q, %v", got, err)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}
