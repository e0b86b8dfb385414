package relay

import (
	"errors"
	"net"
	"path/filepath"
	"syscall"
	"testing"

	"gefyra/agent/fakes"
)

func pair(t *testing.T) (one, other *net.UnixConn) {
	address := &net.UnixAddr{Name: filepath.Join(fakes.Folder(t), "socket"), Net: handoverNetwork}
	listener, err := net.ListenUnix(handoverNetwork, address)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if one, err = net.DialUnix(handoverNetwork, nil, address); err != nil {
		t.Fatal(err)
	}
	if other, err = listener.AcceptUnix(); err != nil {
		t.Fatal(err)
	}
	return one, other
}

func TestTheSocketGoesOverWithWhatHasWaited(t *testing.T) {
	relay, cargo := pair(t)
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	frames := appendFrame(nil, datagram(65_535, 4))
	if err := (&handover{conn, 51820, frames}).send(cargo); err != nil {
		t.Fatal(err)
	}
	got, err := receiveHandover(relay)
	if err != nil || got.port != 51820 || len(got.frames) != len(frames) {
		t.Fatal(got, err)
	}
	// The process that received the socket reads from it, in batches.
	sender, _ := net.DialUDP("udp4", nil, conn.LocalAddr().(*net.UDPAddr))
	_, _ = sender.Write([]byte("hello"))
	udp, _ := wrap(got.udp)
	read, from, err := udp.readFrames(nil)
	if err != nil || string(read[headerSize:]) != "hello" {
		t.Fatal(read, err)
	}
	udp.write([][]byte{[]byte("you")}, from.(*syscall.SockaddrInet4))
	answer := make([]byte, 9)
	if n, _ := sender.Read(answer); string(answer[:n]) != "you" {
		t.Fatal(answer)
	}
}

func TestCargoLearnsWhetherTheLineWasNeeded(t *testing.T) {
	relay, cargo := pair(t)
	giveBack(relay)
	if wasNeeded(cargo) {
		t.Error("it was given back")
	}
	_ = relay.Close()
	if !wasNeeded(cargo) {
		t.Error("it has failed")
	}
	if _, err := receiveHandover(relay); !errors.Is(err, errClosedByCargo) {
		t.Error(err)
	}
}
