package tee

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

func TestTheOriginalAnswersAndTheCopyHearsTheSame(t *testing.T) {
	for name, text := range map[string]string{
		"HTTP/1.1": get,
		"h2":       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
		"bytes":    "hello\x00\xff",
	} {
		t.Run(name, func(t *testing.T) {
			var copy heard
			_, address := mirrored(t, limits(), server(t, echo), server(t, copy.listen(mute)))
			ask(t, connect(t, address), text)
			eventually(t, "no copy", func() bool { return slices.Equal(copy.all(), []string{text}) })
		})
	}
}

func TestHalfClose(t *testing.T) {
	var copy heard
	original := server(t, func(connection *net.TCPConn) {
		said, _ := io.ReadAll(connection)
		io.WriteString(connection, "all: "+string(said))
	})
	_, address := mirrored(t, limits(), original, server(t, copy.listen(mute)))
	client := connect(t, address)
	io.WriteString(client, "words")
	client.CloseWrite()
	if said, err := io.ReadAll(client); err != nil || string(said) != "all: words" {
		t.Fatalf("got %q, %v", said, err)
	}
	eventually(t, "the copy does not end", func() bool {
		copy.mutex.Lock()
		defer copy.mutex.Unlock()
		return slices.Equal(copy.ended, []bool{true}) && copy.said[0] == "words"
	})
}

func TestAnOriginalThatResetsIsSeenAsOne(t *testing.T) {
	original := server(t, func(connection *net.TCPConn) {
		connection.Read(make([]byte, 1))
		connection.SetLinger(0)
	})
	for _, one := range []string{original, nobody(t)} {
		_, address := mirrored(t, limits(), one, server(t, echo))
		// So fast that connecting may fail already.
		client, err := net.Dial("tcp4", address)
		if err == nil {
			// Whoever is first hears of the reset, the other one only of an end.
			if _, err = io.WriteString(client, "x"); err == nil {
				_, err = io.ReadAll(client)
			}
		}
		if err == nil || !strings.Contains(err.Error(), "reset") {
			t.Fatalf("got %v", err)
		}
	}
}

// A slow local container reads nothing, a dead one refuses. One that resets at once may look like
// either, and a queue may be full before the copy is connected.
func TestTheOriginalGoesOnWhateverTheCopyDoes(t *testing.T) {
	body := strings.Repeat("0123456789abcdef", 64<<10)
	copies := map[string]struct {
		address string
		counted func(Seen) int64
	}{
		"slow":   {server(t, func(*net.TCPConn) { time.Sleep(20 * time.Second) }), func(s Seen) int64 { return s.Full }},
		"dead":   {nobody(t), func(s Seen) int64 { return s.Refused + s.Full }},
		"closes": {server(t, func(c *net.TCPConn) { c.SetLinger(0) }), func(s Seen) int64 { return s.Copies + s.Refused + s.Full }},
		"answers a lot": {server(t, func(c *net.TCPConn) {
			go io.Copy(io.Discard, c)
			for block := make([]byte, 64<<10); ; {
				if _, err := c.Write(block); err != nil {
					return
				}
			}
		}), func(s Seen) int64 { return s.Copies + s.Full }},
	}
	for name, one := range copies {
		t.Run(name, func(t *testing.T) {
			tee, address := mirrored(t, limits(), server(t, echo), one.address)
			client := connect(t, address)
			for _, text := range []string{"POST / HTTP/1.1\r\n\r\n", body, body, body, body, body, body, body, body} {
				go io.WriteString(client, text)
				got := make([]byte, len(text))
				if _, err := io.ReadFull(client, got); err != nil || string(got) != text {
					t.Fatalf("the original's answer is %d bytes, %v", len(got), err)
				}
			}
			client.Close()
			eventually(t, "not counted", func() bool { return one.counted(tee.Counts()) > 0 })
			eventually(t, "something of the copy is left", func() bool { return tee.open.Load() == 0 })
			if left := tee.budget.Load(); left != 0 {
				t.Fatalf("%d bytes are still counted", left)
			}
		})
	}
}

func TestBigBodies(t *testing.T) {
	var copy heard
	all := limits()
	all.Queue, all.All = 32<<20, 32<<20
	_, address := mirrored(t, all, server(t, echo), server(t, copy.listen(mute)))
	body := bytes.Repeat([]byte("0123456789abcdef"), 256<<10)
	client := connect(t, address)
	go client.Write(body)
	got := make([]byte, len(body))
	if _, err := io.ReadFull(client, got); err != nil || !bytes.Equal(got, body) {
		t.Fatal(err)
	}
	eventually(t, "the copy is not whole", func() bool {
		said := copy.all()
		return len(said) == 1 && said[0] == string(body)
	})
}

func TestEachRequestIsCopiedOnAKeptConnection(t *testing.T) {
	for name, answer := range map[string]func(string) string{
		"keeps":             func(string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
		"closes":            func(string) string { return "HTTP/1.0 200 OK\r\n\r\n" },
		"says that it will": func(string) string { return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" },
		"never answers":     mute,
	} {
		t.Run(name, func(t *testing.T) {
			var copy heard
			_, address := mirrored(t, limits(), server(t, echo), server(t, copy.listen(answer)))
			client := connect(t, address)
			for i := range 5 {
				ask(t, client, get)
				eventually(t, "a request is missing", func() bool {
					return strings.Count(strings.Join(copy.all(), ""), get) == i+1
				})
			}
			if count := len(copy.all()); (name == "keeps") != (count < 5) {
				t.Fatalf("%d connections", count)
			}
		})
	}
}

func TestTheCopyOutlivesItsClientUntilItHasAnswered(t *testing.T) {
	gone := make(chan bool, 1)
	slow := server(t, func(connection *net.TCPConn) {
		connection.Read(make([]byte, 1024))
		connection.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		_, err := connection.Read(make([]byte, 1))
		gone <- err == io.EOF
	})
	_, address := mirrored(t, limits(), server(t, echo), slow)
	client := connect(t, address)
	ask(t, client, get)
	client.Close()
	if <-gone {
		t.Fatal("the copy ended before its answer")
	}
}

func TestNotCopied(t *testing.T) {
	for name, text := range map[string]string{
		"TLS":   "\x16\x03\x01\x00\x05hello",
		"probe": "GET /ready HTTP/1.1\r\nHost: x\r\nUser-Agent: kube-probe/1.34\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			var copy heard
			tee, address := mirrored(t, limits(), server(t, echo), server(t, copy.listen(mute)))
			client := connect(t, address)
			ask(t, client, text)
			ask(t, client, get)
			eventually(t, "not counted", func() bool { return tee.Counts().Private == 1 })
			if seen := tee.Counts(); seen.Copies != 0 || len(copy.all()) != 0 {
				t.Fatalf("%+v", seen)
			}
		})
	}
}

func TestThereAreNoMoreCopiesThanAllowed(t *testing.T) {
	var copy heard
	few := limits()
	few.Copies = 2
	tee, address := mirrored(t, few, server(t, echo), server(t, copy.listen(mute)))
	for range 5 {
		ask(t, connect(t, address), get)
	}
	// The original is served first.
	eventually(t, "not counted", func() bool {
		seen := tee.Counts()
		return seen.Skipped == 3 && seen.Connections == 5
	})
}

func TestAPortThatIsNoLongerMirrored(t *testing.T) {
	var first, second heard
	original := server(t, echo)
	tee, address := mirrored(t, limits(), original, server(t, first.listen(mute)))
	client := connect(t, address)
	ask(t, client, get)
	eventually(t, "no copy", func() bool { return len(first.all()) == 1 })
	// Stowaway has moved.
	tee.Use([]Port{{Port: 80, Listen: address, Original: []string{original}, Copy: server(t, second.listen(mute))}})
	ask(t, client, get)
	eventually(t, "no copy at the new place", func() bool { return len(second.all()) == 1 })
	tee.Use(nil)
	ask(t, client, get)
	eventually(t, "it still listens", func() bool {
		late, err := net.Dial("tcp4", address)
		if err == nil {
			late.Close()
		}
		return err != nil
	})
	ask(t, client, get)
	if len(first.all()) != 1 || len(second.all()) != 1 {
		t.Fatalf("%q %q", first.all(), second.all())
	}
}

func TestAPortThatIsMirroredAgainSoonGoesOnListening(t *testing.T) {
	original := server(t, echo)
	tee, address := mirrored(t, limits(), original, nobody(t))
	ports := []Port{{Port: 80, Listen: address, Original: []string{original}, Copy: nobody(t)}}
	tee.Use(nil)
	if err := tee.Listen(ports); err != nil {
		t.Fatal(err)
	}
	// Rules and Nginx take longer than a port that is no longer mirrored listens.
	time.Sleep(3 * limits().Late)
	tee.Use(ports)
	ask(t, connect(t, address), get)
}

func TestListenOpensAllOrNone(t *testing.T) {
	free := nobody(t)
	port := func(listen string) Port { return Port{Listen: listen, Original: []string{free}, Copy: free} }
	tee := New(limits())
	if err := tee.Listen([]Port{port(free), port(server(t, echo))}); err == nil {
		t.Fatal("a port was opened twice")
	}
	if _, err := net.Dial("tcp4", free); err == nil {
		t.Fatal("the first port stays open")
	}
}
