package relay

import (
	"encoding/binary"
	"net"
	"syscall"
	"unsafe"
)

// From the kernel's linux/udp.h: one call moves many datagrams of one size.
const (
	solUDP      = 17
	udpSegment  = 103
	udpGRO      = 104
	maxSegments = 64
	maxPayload  = 65507
)

const receiveBuffer = 4 << 20

// datagrams is a UDP socket that is read and written in batches.
type datagrams struct {
	conn    *net.UDPConn
	raw     syscall.RawConn
	segment bool
	scratch []byte
	oob     []byte
	out     []byte
}

func wrap(conn *net.UDPConn) (*datagrams, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	d := &datagrams{conn: conn, raw: raw, oob: make([]byte, 64)}
	err = raw.Control(func(fd uintptr) {
		// Kernels that support neither (before 5.0) get one call for each datagram.
		_ = syscall.SetsockoptInt(int(fd), solUDP, udpGRO, 1)
		_, unknown := syscall.GetsockoptInt(int(fd), solUDP, udpSegment)
		d.segment = unknown == nil
	})
	return d, err
}

// enlarge enlarges the receive buffer.
func (d *datagrams) enlarge() {
	_ = d.raw.Control(func(fd uintptr) {
		// More than the system's limit needs NET_ADMIN, which Cargo has.
		if syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, receiveBuffer) != nil {
			_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, receiveBuffer)
		}
	})
}

// readFrames waits for a datagram and appends all available ones as frames, one batch at most.
func (d *datagrams) readFrames(to []byte) (frames []byte, from syscall.Sockaddr, err error) {
	frames = to
	waitErr := d.raw.Read(func(fd uintptr) bool {
		if d.scratch == nil {
			// Memory is taken when the first datagram is there.
			if _, _, failed := syscall.Recvfrom(int(fd), nil, syscall.MSG_PEEK|syscall.MSG_DONTWAIT); failed == syscall.EAGAIN {
				return false
			}
			d.scratch = make([]byte, maxDatagram)
		}
		for len(frames)-len(to) < batchSize {
			n, oobn, _, sender, failed := syscall.Recvmsg(int(fd), d.scratch, d.oob, syscall.MSG_DONTWAIT)
			if failed == syscall.EAGAIN {
				return len(frames) > len(to)
			}
			if failed == syscall.EINTR {
				continue
			}
			if failed != nil {
				// The kernel reports the result of an earlier datagram: nothing listens there now.
				if failed == syscall.ECONNREFUSED {
					continue
				}
				err = failed
				return true
			}
			from = sender
			size := segmentSize(d.oob[:oobn])
			if size == 0 {
				size = n
			}
			for at := 0; at < n; at += size {
				frames = appendFrame(frames, d.scratch[at:min(at+size, n)])
			}
		}
		return true
	})
	if err == nil {
		err = waitErr
	}
	return frames, from, err
}

func segmentSize(oob []byte) int {
	messages, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return 0
	}
	for _, message := range messages {
		if message.Header.Level == solUDP && message.Header.Type == udpGRO && len(message.Data) >= 4 {
			return int(binary.NativeEndian.Uint32(message.Data))
		}
	}
	return 0
}

// write sends them in order; neighbours of one size, the last of which may be shorter, in one call. Datagrams that the
// kernel refuses are lost, as any datagram may be.
func (d *datagrams) write(payloads [][]byte, to syscall.Sockaddr) {
	for len(payloads) > 0 {
		size, count := len(payloads[0]), 1
		total := size
		for d.segment && count < len(payloads) && count < maxSegments && len(payloads[count-1]) == size {
			next := len(payloads[count])
			if next > size || total+next > maxPayload {
				break
			}
			total += next
			count++
		}
		if count == 1 {
			d.send(payloads[0], nil, to)
		} else {
			d.out = d.out[:0]
			for _, payload := range payloads[:count] {
				d.out = append(d.out, payload...)
			}
			if d.send(d.out, segmentMessage(size), to) == syscall.EIO {
				// The device does not support it: one by one from now on.
				d.segment = false
				continue
			}
		}
		payloads = payloads[count:]
	}
}

func (d *datagrams) send(payload, oob []byte, to syscall.Sockaddr) (failed error) {
	_ = d.raw.Write(func(fd uintptr) bool {
		_, failed = syscall.SendmsgN(int(fd), payload, oob, to, syscall.MSG_DONTWAIT)
		return failed != syscall.EAGAIN
	})
	return failed
}

func segmentMessage(size int) []byte {
	message := make([]byte, syscall.CmsgSpace(2))
	header := (*syscall.Cmsghdr)(unsafe.Pointer(&message[0]))
	header.Level = solUDP
	header.Type = udpSegment
	header.SetLen(syscall.CmsgLen(2))
	binary.NativeEndian.PutUint16(message[syscall.CmsgLen(0):], uint16(size))
	return message
}
