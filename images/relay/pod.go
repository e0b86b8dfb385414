package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The other end sends a ping every few seconds; a forwarded connection whose client is gone may otherwise stay open.
const silence = 30 * time.Second

// runPod ends with SIGTERM; its streams find the next one.
func runPod() error {
	tokens := &tokens{streams: map[*stream]bool{}}
	_ = os.Remove(tokenSocket)
	inbox, err := net.Listen("unix", tokenSocket)
	if err != nil {
		return err
	}
	go tokens.serve(inbox)
	address := fmt.Sprintf("127.0.0.1:%d", podPort)
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		return err
	}
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-stopped
		os.Exit(0)
	}()
	log("listening at %s", address)
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			if err := serve(conn, tokens); err != nil {
				log("stream ended: %v", err)
			}
		}()
	}
}

type stream struct {
	conn  net.Conn
	write sync.Mutex
	// WireGuard answered, so the client has a known key. Guarded by the tokens' mutex.
	known bool
}

func (s *stream) send(frames []byte) error {
	s.write.Lock()
	defer s.write.Unlock()
	_, err := s.conn.Write(frames)
	return err
}

func serve(conn net.Conn, tokens *tokens) error {
	defer conn.Close()
	address, err := net.ResolveUDPAddr("udp4", wireguardAddress)
	if err != nil {
		return err
	}
	socket, err := net.DialUDP("udp4", nil, address)
	if err != nil {
		return err
	}
	defer socket.Close()
	udp, err := wrap(socket)
	if err != nil {
		return err
	}
	udp.enlarge()
	s := &stream{conn: conn}
	tokens.add(s)
	defer tokens.remove(s)
	go func() {
		defer conn.Close()
		buffer := make([]byte, 0, 2*batchSize+headerSize)
		known := false
		for {
			frames, _, err := udp.readFrames(buffer[:0])
			if err != nil {
				return
			}
			if !known && isAnswer(frames) {
				known = true
				tokens.trust(s)
			}
			if s.send(frames) != nil {
				return
			}
		}
	}()
	return newFrameReader(&impatient{conn}).each(func(frames [][]byte) error {
		for _, frame := range frames {
			if frame[0] == controlPing {
				if err := s.send(appendFrame(nil, []byte{controlPong})); err != nil {
					return err
				}
			}
		}
		udp.write(datagramsOf(frames), nil)
		return nil
	})
}

func isAnswer(frames []byte) bool {
	kind := frames[headerSize]
	return kind == handshakeResponse || kind == transportData
}

// impatient closes a connection after a long silence.
type impatient struct{ conn net.Conn }

func (i *impatient) Read(into []byte) (int, error) {
	if err := i.conn.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return 0, err
	}
	return i.conn.Read(into)
}

// tokens sends the newest one over every stream on which WireGuard has answered: to clients only.
type tokens struct {
	mutex   sync.Mutex
	newest  []byte
	streams map[*stream]bool
}

func (t *tokens) add(s *stream) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.streams[s] = true
}

func (t *tokens) remove(s *stream) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.streams, s)
}

func (t *tokens) trust(s *stream) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	s.known = true
	t.hand(s)
}

func (t *tokens) hand(s *stream) {
	if len(t.newest) > 0 && s.known {
		frame := appendFrame(nil, append([]byte{controlToken}, t.newest...))
		// In the background: a slow stream must not delay the others.
		go func() { _ = s.send(frame) }()
	}
}

func (t *tokens) serve(inbox net.Listener) {
	for {
		conn, err := inbox.Accept()
		if err != nil {
			return
		}
		token, err := io.ReadAll(io.LimitReader(conn, 16*1024))
		_ = conn.Close()
		if err != nil || len(token) == 0 {
			continue
		}
		t.mutex.Lock()
		t.newest = token
		for s := range t.streams {
			t.hand(s)
		}
		t.mutex.Unlock()
	}
}

func passToken(from io.Reader) error {
	text, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return fmt.Errorf("there is no token on stdin")
	}
	conn, err := net.Dial("unix", tokenSocket)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte(token))
	return err
}
