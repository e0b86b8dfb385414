package relay

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Bytes that are kept while there is no connection. They include WireGuard's handshake, which WireGuard would repeat
// only after five seconds.
const mostKept = 2*batchSize + 4096

// runCargo keeps WireGuard's newest datagrams until a relay connects, passes it the socket, and takes the socket back
// when the relay is gone. A relay that connects while WireGuard sends nothing waits.
func runCargo(idle time.Duration) error {
	listener, err := listenForRelay()
	if err != nil {
		return err
	}
	address, err := net.ResolveUDPAddr("udp4", cargoAddress)
	if err != nil {
		return err
	}
	conn, err := net.ListenUDP("udp4", address)
	if err != nil {
		return err
	}
	udp, err := wrap(conn)
	if err != nil {
		return err
	}
	udp.enlarge()
	relays := &waiting{wake: func() { _ = conn.SetReadDeadline(time.Now()) }}
	go relays.accept(listener)
	var kept []byte
	var port uint16
	var heard time.Time
	buffer := make([]byte, 0, mostKept)
	for {
		frames, from, err := udp.readFrames(buffer[:0])
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			_ = conn.SetReadDeadline(time.Time{})
		case err != nil:
			return err
		}
		if sender, ok := from.(*syscall.SockaddrInet4); ok {
			kept, port, heard = append(kept[:0], frames...), uint16(sender.Port), time.Now()
		}
		for time.Since(heard) < idle {
			relay := relays.take()
			if relay == nil {
				break
			}
			if (&handover{conn, port, kept}).send(relay) == nil {
				kept = kept[:0]
				heard = time.Time{}
				if wasNeeded(relay) {
					heard = time.Now()
				}
			}
			_ = relay.Close()
		}
	}
}

// waiting holds the newest relay: a relay that connects again has given up its earlier connection.
type waiting struct {
	mutex sync.Mutex
	relay *net.UnixConn
	wake  func()
}

func (w *waiting) accept(listener *net.UnixListener) {
	for {
		relay := accept(listener.AcceptUnix, "accept a relay")
		w.mutex.Lock()
		if w.relay != nil {
			_ = w.relay.Close()
		}
		w.relay = relay
		w.mutex.Unlock()
		w.wake()
	}
}

func (w *waiting) take() *net.UnixConn {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	relay := w.relay
	w.relay = nil
	return relay
}

// The folder is a volume that only the relay's user and root may enter.
func listenForRelay() (*net.UnixListener, error) {
	if err := os.MkdirAll(relayFolder, 0o700); err != nil {
		return nil, err
	}
	if err := os.Chown(relayFolder, relayUser, relayUser); err != nil {
		return nil, err
	}
	if err := os.Chmod(relayFolder, 0o700); err != nil {
		return nil, err
	}
	_ = os.Remove(cargoSocket)
	listener, err := net.ListenUnix(handoverNetwork, &net.UnixAddr{Name: cargoSocket, Net: handoverNetwork})
	if err != nil {
		return nil, err
	}
	return listener, os.Chown(cargoSocket, relayUser, relayUser)
}
