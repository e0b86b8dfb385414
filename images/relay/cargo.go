package main

import (
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// runCargo serves the newest stream: the local container that connects again has given up the one before.
func runCargo() error {
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
	// WireGuard's own address, learned from what it sends.
	var wireguard atomic.Value
	streams := &newest{}
	go func() {
		for {
			stream, err := listener.Accept()
			if err != nil {
				return
			}
			streams.set(stream)
			go func() {
				_ = newFrameReader(stream).each(func(frames [][]byte) error {
					if to, known := wireguard.Load().(*syscall.SockaddrInet4); known {
						udp.write(datagramsOf(frames), to)
					}
					return nil
				})
				streams.ended(stream)
			}()
		}
	}()
	buffer := make([]byte, 0, 2*batchSize+headerSize)
	for {
		frames, from, err := udp.readFrames(buffer[:0])
		if err != nil {
			return err
		}
		if sender, ok := from.(*syscall.SockaddrInet4); ok {
			wireguard.Store(sender)
		}
		streams.send(frames)
	}
}

// The folder is a volume that only the local container's user and root may enter.
func listenForRelay() (net.Listener, error) {
	if err := os.MkdirAll(cargoFolder, 0o700); err != nil {
		return nil, err
	}
	if err := os.Chown(cargoFolder, relayUser, relayUser); err != nil {
		return nil, err
	}
	if err := os.Chmod(cargoFolder, 0o700); err != nil {
		return nil, err
	}
	_ = os.Remove(cargoSocket)
	listener, err := net.Listen("unix", cargoSocket)
	if err != nil {
		return nil, err
	}
	return listener, os.Chown(cargoSocket, relayUser, relayUser)
}

func datagramsOf(frames [][]byte) [][]byte {
	kept := frames[:0]
	for _, frame := range frames {
		if frame[0] < controlPing {
			kept = append(kept, frame)
		}
	}
	return kept
}

// newest is the stream that was opened last. While there is none, the newest datagrams wait for it: among them is
// WireGuard's call, which it would repeat after five seconds only.
type newest struct {
	mutex  sync.Mutex
	stream net.Conn
	kept   []byte
}

func (n *newest) set(stream net.Conn) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.stream != nil {
		_ = n.stream.Close()
	}
	n.stream = stream
	if len(n.kept) > 0 {
		_, _ = stream.Write(n.kept)
		n.kept = nil
	}
}

func (n *newest) ended(stream net.Conn) {
	_ = stream.Close()
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if n.stream == stream {
		n.stream = nil
	}
}

func (n *newest) send(frames []byte) {
	n.mutex.Lock()
	stream := n.stream
	if stream == nil {
		n.kept = append(n.kept[:0], frames...)
	}
	n.mutex.Unlock()
	if stream != nil {
		// The other end of the stream tells `ended` when it is gone.
		_, _ = stream.Write(frames)
	}
}
