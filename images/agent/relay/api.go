package relay

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	firstDelay   = 250 * time.Millisecond
	longestDelay = 5 * time.Second
	// Silence is death after three pings: found and mended within 15 s.
	pingEvery   = 3 * time.Second
	lineSilence = 9 * time.Second
)

// runAPI keeps the connection from Cargo through the API server open whenever Cargo needs it, until SIGTERM.
func runAPI(idle time.Duration) error {
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-stopped
		os.Exit(0)
	}()
	delay := firstDelay
	for {
		opened, err := once(idle)
		log("%v", err)
		if opened {
			delay = firstDelay
		}
		time.Sleep(delay)
		delay = min(2*delay, longestDelay)
	}
}

// once waits until Cargo needs the connection, and returns when the connection has ended.
func once(idle time.Duration) (opened bool, err error) {
	conn, err := net.Dial(handoverNetwork, cargoSocket)
	if err != nil {
		return false, fmt.Errorf("no answer from Cargo: %w", err)
	}
	cargo := conn.(*net.UnixConn)
	defer cargo.Close()
	given, err := receiveHandover(cargo)
	if err != nil {
		return false, err
	}
	defer given.udp.Close()
	t, token, err := readTarget(relayFolder)
	if err != nil {
		return false, err
	}
	forward, err := openPortForward(t, token)
	if err != nil {
		return false, err
	}
	defer forward.close()
	log("connected through %s", t.Server)
	return true, carry(cargo, given, forward, idle)
}

// carry moves datagrams in both directions until either end is gone, or the connection is no longer needed.
func carry(cargo *net.UnixConn, given *handover, forward *portForward, idle time.Duration) error {
	udp, err := wrap(given.udp)
	if err != nil {
		return err
	}
	ended := make(chan error, 4)
	var heard, spoke atomic.Int64
	now := func() int64 { return time.Now().UnixNano() }
	heard.Store(now())
	spoke.Store(now())
	// WireGuard's port may change while the connection is open.
	var wireguard atomic.Pointer[syscall.SockaddrInet4]
	wireguard.Store(&syscall.SockaddrInet4{Port: int(given.port), Addr: [4]byte{127, 0, 0, 1}})
	go func() {
		_, _ = cargo.Read(make([]byte, 1))
		ended <- errClosedByCargo
	}()
	go func() {
		ended <- newFrameReader(readAhead(&noting{forward.data, &heard})).each(func(frames [][]byte) error {
			for _, frame := range frames {
				if frame[0] == controlToken {
					if err := keepToken(relayFolder, frame[1:]); err != nil {
						log("cannot keep the new token: %v", err)
					}
				}
			}
			udp.write(datagramsOf(frames), wireguard.Load())
			return nil
		})
	}()
	go func() {
		buffer := append(make([]byte, headroom, headroom+mostKept), given.frames...)
		for {
			if len(buffer) > headroom {
				if err := forward.send(buffer); err != nil {
					ended <- err
					return
				}
			}
			var from syscall.Sockaddr
			var err error
			if buffer, from, err = udp.readFrames(buffer[:headroom]); err != nil {
				ended <- err
				return
			}
			spoke.Store(now())
			if sender, ok := from.(*syscall.SockaddrInet4); ok {
				wireguard.Store(sender)
			}
		}
	}()
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	var pinging atomic.Bool
	for {
		select {
		case err := <-ended:
			return err
		case <-ticker.C:
		}
		switch silence := time.Duration(now() - heard.Load()); {
		case silence > lineSilence:
			return errors.New("the connection carries nothing any more")
		case time.Duration(now()-spoke.Load()) > idle:
			giveBack(cargo)
			return errors.New("the connection is closed: Cargo uses another transport")
		}
		// In the background: it may wait behind data that is not accepted.
		if pinging.CompareAndSwap(false, true) {
			go func() {
				_ = forward.send(appendFrame(make([]byte, headroom), []byte{controlPing}))
				pinging.Store(false)
			}()
		}
	}
}

// noting records the time of the last read.
type noting struct {
	from io.Reader
	at   *atomic.Int64
}

func (n *noting) Read(into []byte) (int, error) {
	count, err := n.from.Read(into)
	n.at.Store(time.Now().UnixNano())
	return count, err
}
