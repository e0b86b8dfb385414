package relay

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// The other end sends a ping every few seconds; a forwarded connection whose client is gone may otherwise stay open.
const (
	silence     = 30 * time.Second
	acceptDelay = 100 * time.Millisecond
)

// Below the container's limit of 128 MiB (lib/config/workloads.ts): what is no longer used is collected before.
const memoryLimit = 96 << 20

// runPod ends with SIGTERM; its streams find the next one.
func runPod() error {
	debug.SetMemoryLimit(memoryLimit)
	open := newStreams()
	_ = os.Remove(tokenSocket)
	inbox, err := net.Listen("unix", tokenSocket)
	if err != nil {
		return err
	}
	go open.receiveTokens(inbox)
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
		conn := accept(listener.Accept, "accept a stream")
		go func() {
			if err := serve(conn, open); err != nil {
				log("stream ended: %v", err)
			}
		}()
	}
}

// accept takes the next connection. One that fails, as the client is gone already or there are too many files, ends nothing:
// those that are open go on.
func accept[C net.Conn](next func() (C, error), what string) C {
	for {
		conn, err := next()
		if err == nil {
			return conn
		}
		log("cannot %s: %v", what, err)
		time.Sleep(acceptDelay)
	}
}

func serve(conn net.Conn, open *streams) error {
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
	s := &stream{conn: conn, opened: time.Now()}
	open.add(s)
	defer open.remove(s)
	go func() {
		defer conn.Close()
		// Grows with what comes: most streams that nobody knows never get a datagram.
		var frames []byte
		for {
			var err error
			if frames, _, err = udp.readFrames(frames[:0]); err != nil {
				return
			}
			if isAnswer(frames) {
				open.hear(s)
			}
			if s.send(frames) != nil {
				return
			}
		}
	}()
	return newFrameReader(&impatient{s}).each(func(frames [][]byte) error {
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

// impatient closes a connection after a long silence of its client, or of WireGuard from the beginning.
type impatient struct{ stream *stream }

func (i *impatient) Read(into []byte) (int, error) {
	if !i.stream.known() && time.Since(i.stream.opened) > silence {
		return 0, errUnknown
	}
	if err := i.stream.conn.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return 0, err
	}
	return i.stream.conn.Read(into)
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
