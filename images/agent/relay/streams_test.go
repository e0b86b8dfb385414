package relay

import (
	"io"
	"net"
	"testing"
	"time"

	"gefyra/agent/fakes"
)

// An open stream, and whether it was closed from here.
func opened(t *testing.T, all *streams, ago time.Duration) (s *stream, closed func() bool) {
	here, there := net.Pipe()
	t.Cleanup(func() { _ = here.Close(); _ = there.Close() })
	s = &stream{conn: here, opened: time.Now().Add(-ago)}
	all.add(s)
	return s, func() bool {
		_ = there.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		_, err := there.Read(make([]byte, 1))
		return err == io.EOF
	}
}

func TestAFloodOfUnknownStreamsClosesTheOldestOfThemAndNoClient(t *testing.T) {
	all := newStreams()
	client, clientClosed := opened(t, all, time.Hour)
	all.hear(client)
	_, oldestClosed := opened(t, all, time.Minute)
	for range mostUnknown - 1 {
		opened(t, all, time.Second)
	}
	if oldestClosed() {
		t.Fatal("a stream is closed while there is room")
	}
	_, newestClosed := opened(t, all, 0)
	if !oldestClosed() || newestClosed() || clientClosed() {
		t.Fatal("not the oldest unknown stream was closed")
	}
	if len(all.open) != mostUnknown+1 {
		t.Fatal(len(all.open))
	}
}

func TestOfTooManyClientsTheLongestSilentIsClosed(t *testing.T) {
	all := newStreams()
	silent, silentClosed := opened(t, all, 0)
	all.hear(silent)
	for range mostKnown {
		s, _ := opened(t, all, time.Hour)
		all.hear(s)
	}
	if !silentClosed() || len(all.open) != mostKnown {
		t.Fatal(len(all.open))
	}
}

func TestAStreamThatWireGuardNeverAnswersEnds(t *testing.T) {
	all := newStreams()
	s, _ := opened(t, all, silence+time.Second)
	if _, err := (&impatient{s}).Read(make([]byte, 1)); err != errUnknown {
		t.Fatal(err)
	}
}

func TestATokenThatNeverComesHoldsUpNoOther(t *testing.T) {
	inbox, err := net.Listen("unix", fakes.Folder(t)+"/inbox")
	if err != nil {
		t.Fatal(err)
	}
	all := newStreams()
	go all.receiveTokens(inbox)
	// Says nothing, and stays.
	silent, err := net.Dial("unix", inbox.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	speaking, _ := net.Dial("unix", inbox.Addr().String())
	_, _ = speaking.Write([]byte("token"))
	_ = speaking.Close()
	for end := time.Now().Add(3 * tokenTimeout); ; time.Sleep(50 * time.Millisecond) {
		all.mutex.Lock()
		token := string(all.token)
		all.mutex.Unlock()
		if token == "token" {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the token is not taken")
		}
	}
}
