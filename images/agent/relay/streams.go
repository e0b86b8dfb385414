package relay

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Anybody who may forward a port of Stowaway's pod opens as many streams as they like, and the kubelet's connections all
// come from loopback. So a new one closes another where there are too many: of those on which WireGuard never answered
// the oldest, else the one on which it was silent the longest. WireGuard answers whoever has the key of a client, and
// sends to the newest address of each.
const (
	mostUnknown = 64
	mostKnown   = 256
	// A client that reads nothing for so long is gone.
	sendTimeout  = 10 * time.Second
	tokenTimeout = 5 * time.Second
)

var errUnknown = errors.New("WireGuard does not know who is there")

type stream struct {
	conn   net.Conn
	opened time.Time
	write  sync.Mutex
	// Unix nanoseconds: when WireGuard answered last. 0: never, so it may be no client.
	heard atomic.Int64
}

func (s *stream) known() bool { return s.heard.Load() != 0 }

// send closes a connection that does not take what it gets: a part of a frame may be on its way.
func (s *stream) send(frames []byte) error {
	s.write.Lock()
	defer s.write.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(sendTimeout))
	_, err := s.conn.Write(frames)
	if err != nil {
		_ = s.conn.Close()
	}
	return err
}

// streams are those that are open. The newest token goes over those on which WireGuard has answered: to clients only.
type streams struct {
	mutex sync.Mutex
	token []byte
	open  map[*stream]bool
}

func newStreams() *streams { return &streams{open: map[*stream]bool{}} }

func (t *streams) add(s *stream) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.open[s] = true
	t.closeSurplus(false, mostUnknown, s)
}

func (t *streams) remove(s *stream) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.open, s)
}

// hear notes that WireGuard has answered on a stream.
func (t *streams) hear(s *stream) {
	if s.heard.Swap(time.Now().UnixNano()) != 0 {
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.closeSurplus(true, mostKnown, s)
	t.hand(s)
}

func (t *streams) closeSurplus(known bool, most int, newest *stream) {
	count := 0
	var last *stream
	for s := range t.open {
		if s.known() != known {
			continue
		}
		count++
		if s != newest && (last == nil || s.rank() < last.rank()) {
			last = s
		}
	}
	if count > most && last != nil {
		delete(t.open, last)
		_ = last.conn.Close()
	}
}

// rank is lower for a stream that is closed earlier.
func (s *stream) rank() int64 {
	if heard := s.heard.Load(); heard != 0 {
		return heard
	}
	return s.opened.UnixNano()
}

func (t *streams) hand(s *stream) {
	if len(t.token) > 0 && s.known() {
		frame := appendFrame(nil, append([]byte{controlToken}, t.token...))
		// In the background: a slow stream must not delay the others.
		go func() { _ = s.send(frame) }()
	}
}

func (t *streams) receiveTokens(inbox net.Listener) {
	for {
		conn := accept(inbox.Accept, "take a token")
		_ = conn.SetDeadline(time.Now().Add(tokenTimeout))
		token, err := io.ReadAll(io.LimitReader(conn, 16*1024))
		_ = conn.Close()
		if err != nil || len(token) == 0 {
			continue
		}
		t.mutex.Lock()
		t.token = token
		for s := range t.open {
			t.hand(s)
		}
		t.mutex.Unlock()
	}
}
