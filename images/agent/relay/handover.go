package relay

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"syscall"
)

// The UDP socket belongs to Cargo's network, whoever reads it. Cargo's end passes it with a first message, which
// contains WireGuard's port and, as frames, the datagrams that have waited. The socket in between preserves message
// boundaries.
const handoverNetwork = "unixpacket"

var errClosedByCargo = errors.New("the line was closed by Cargo")

// giveBack says that the connection is no longer needed; after a failure the relay just closes the socket.
func giveBack(cargo *net.UnixConn) {
	_, _ = cargo.Write([]byte{1})
}

// wasNeeded waits until the socket is returned.
func wasNeeded(relay *net.UnixConn) bool {
	n, _ := relay.Read(make([]byte, 1))
	return n == 0
}

type handover struct {
	udp    *net.UDPConn
	port   uint16
	frames []byte
}

func (h *handover) send(to *net.UnixConn) error {
	raw, err := h.udp.SyscallConn()
	if err != nil {
		return err
	}
	message := append(binary.BigEndian.AppendUint16(nil, h.port), h.frames...)
	var sent error
	err = raw.Control(func(fd uintptr) {
		_, _, sent = to.WriteMsgUnix(message, syscall.UnixRights(int(fd)), nil)
	})
	return errors.Join(err, sent)
}

// receiveHandover waits for it.
func receiveHandover(from *net.UnixConn) (*handover, error) {
	message, oob := make([]byte, headerSize+mostKept), make([]byte, syscall.CmsgSpace(4))
	n, oobn, _, _, err := from.ReadMsgUnix(message, oob)
	if err != nil {
		return nil, errClosedByCargo
	}
	controls, err := syscall.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(controls) == 0 || n < headerSize {
		return nil, errClosedByCargo
	}
	fds, err := syscall.ParseUnixRights(&controls[0])
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fds[0]), "udp")
	defer file.Close()
	conn, err := net.FilePacketConn(file)
	if err != nil {
		return nil, err
	}
	udp, ok := conn.(*net.UDPConn)
	if !ok {
		return nil, errors.New("no UDP socket in what Cargo has handed over")
	}
	return &handover{udp, binary.BigEndian.Uint16(message), message[headerSize:n]}, nil
}
