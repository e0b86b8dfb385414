package health

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const wait = 5 * time.Second

// The test's own connections come from the loopback: it is the pod.
const here = `{"clients":[{"probe":"198.18.1.3","ports":[{"port":10000,"from":["127.0.0.1"]}]}]}`

// started is a server whose only client answers as long as answers says so.
func started(t *testing.T, settings Settings, configuration string) (address string, answers *atomic.Bool, server *Server) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	answers = &atomic.Bool{}
	answers.Store(true)
	server = NewServer(settings)
	server.probe = func(_ context.Context, client netip.Addr) bool { return client == alice && answers.Load() }
	server.Configure(parse(t, configuration))
	ctx, cancel := context.WithCancel(context.Background())
	go server.ProbeAll(ctx)
	go server.Serve(listener)
	t.Cleanup(func() { cancel(); listener.Close() })
	return listener.Addr().String(), answers, server
}

func fast() Settings {
	return Settings{Every: 50 * time.Millisecond, Probe: time.Second, Write: time.Second, PerPod: 64, AtOnce: 100, Probers: 10}
}

func heard(t *testing.T, lines <-chan Line, what string, is func(Line) bool) {
	t.Helper()
	timeout := time.After(wait)
	for {
		select {
		case line := <-lines:
			if is(line) {
				return
			}
		case <-timeout:
			t.Fatalf("not heard: %s", what)
		}
	}
}

func listening(t *testing.T, address string) <-chan Line {
	t.Helper()
	lines := make(chan Line, 1000)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go Listen(ctx, address, time.Second, 20*time.Millisecond, func(line Line) { lines <- line })
	return lines
}

func silentFor(from, to int64) func(Line) bool {
	return func(line Line) bool {
		return len(line.Ports) == 1 && line.Ports[0].SilentMs != nil && *line.Ports[0].SilentMs >= from && *line.Ports[0].SilentMs < to
	}
}

func TestACarrierHearsWhetherItsClientAnswers(t *testing.T) {
	address, answers, _ := started(t, fast(), here)
	lines := listening(t, address)
	heard(t, lines, "it answers", silentFor(0, 150))
	answers.Store(false)
	heard(t, lines, "it is silent", silentFor(300, 2000))
	answers.Store(true)
	heard(t, lines, "it answers again", silentFor(0, 150))
}

func TestAChangeIsToldAtOnce(t *testing.T) {
	settings := fast()
	settings.Every = time.Hour
	address, _, server := started(t, settings, here)
	lines := listening(t, address)
	heard(t, lines, "the first line", func(Line) bool { return true })
	server.Configure(parse(t, strings.ReplaceAll(here, "10000", "10007")))
	heard(t, lines, "the other port", func(line Line) bool { return line.Ports[0].Port == 10007 })
	server.note(alice, false)
	heard(t, lines, "a probe without an answer", func(Line) bool { return true })
	server.note(alice, true)
	heard(t, lines, "the answer", silentFor(0, 1000))
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(wait))
	return connection
}

// isTold: a line comes, and the connection is not closed instead.
func isTold(t *testing.T, address string) bool {
	t.Helper()
	connection, err := net.Dial("tcp4", address)
	if err != nil {
		return false // closed before it was open here
	}
	t.Cleanup(func() { connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(wait))
	_, err = bufio.NewReader(connection).ReadString('\n')
	return err == nil
}

func TestOnlyPodsWithBridgesAreTold(t *testing.T) {
	address, _, server := started(t, fast(), bridges)
	if isTold(t, address) {
		t.Error("told a pod that has no bridge")
	}
	server.Configure(parse(t, here))
	reader := bufio.NewReader(dial(t, address))
	if _, err := reader.ReadString('\n'); err != nil {
		t.Error("not told once it has one")
	}
	server.Configure(parse(t, bridges))
	if _, err := io.Copy(io.Discard, reader); err != nil {
		t.Errorf("not closed when it has none any more: %v", err)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	for name, limit := range map[string]func(*Settings){
		"from one pod": func(s *Settings) { s.PerPod = 3 },
		"in all":       func(s *Settings) { s.AtOnce = 3 },
	} {
		settings := fast()
		limit(&settings)
		address, _, server := started(t, settings, here)
		for range 3 {
			if !isTold(t, address) {
				t.Errorf("%s: refused too early", name)
			}
		}
		if isTold(t, address) {
			t.Errorf("%s: a fourth one is told", name)
		}
		server.mutex.Lock()
		for one := range server.told {
			if one.pod != netip.MustParseAddr("127.0.0.1") {
				t.Errorf("%s: %v", name, one.pod)
			}
		}
		server.mutex.Unlock()
	}
}

func TestWhoeverDoesNotReadIsClosedAndHoldsUpNobody(t *testing.T) {
	settings := fast()
	settings.Every, settings.Write = 100*time.Microsecond, 200*time.Millisecond
	address, _, server := started(t, settings, here)
	slow := dial(t, address)
	_ = slow.(*net.TCPConn).SetReadBuffer(2048)
	_, _ = slow.Write([]byte(strings.Repeat("nobody reads this\n", 100)))
	lines := listening(t, address)
	heard(t, lines, "a line beside it", func(Line) bool { return true })
	deadline := time.Now().Add(4 * wait)
	for {
		server.mutex.Lock()
		open := len(server.told)
		server.mutex.Unlock()
		if open == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d connections", open)
		}
		for len(lines) > 0 {
			<-lines
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestListenComesBack(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	lines := listening(t, listener.Addr().String())
	for name, say := range map[string]string{
		"closed": "", "nonsense": "hello\n", "a line without end": strings.Repeat("x", mostBytes+1), "silence": "{",
	} {
		connection, err := listener.Accept()
		if err != nil {
			t.Fatal(name, err)
		}
		_, _ = io.WriteString(connection, say)
		if name == "silence" || name == "a line without end" {
			_ = connection.SetReadDeadline(time.Now().Add(wait))
			_, _ = io.Copy(io.Discard, connection)
		}
		connection.Close()
	}
	connection, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(connection, `{"ports":[{"port":1}]}`+"\n")
	heard(t, lines, "a line after all that", func(line Line) bool { return line.Ports[0].Port == 1 })
}

func TestProbe(t *testing.T) {
	if !Probe(context.Background(), netip.MustParseAddr("127.0.0.1")) {
		t.Error("a port that is refused is an answer")
	}
	// The kernel sends nothing to this address.
	if Probe(context.Background(), netip.MustParseAddr("255.255.255.255")) {
		t.Error("an address that cannot be reached is none")
	}
}
