package connections

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
	"unsafe"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// The kernel's include/uapi/linux/inet_diag.h: struct inet_diag_req_v2, struct inet_diag_msg, and the extension INFO.
const (
	requestBytes  = 56
	messageBytes  = 72
	extensionInfo = 2
	established   = 1
	synReceived   = 3
)

var native = nl.NativeEndian()

// socket is one that the kernel has in this network namespace.
type socket struct {
	diag          *diag
	family, state uint8
	// id is struct inet_diag_sockid, with the cookie that tells it from a later one between the same addresses.
	id            [48]byte
	local, remote netip.AddrPort
	info          Look
}

// diag asks the kernel about sockets (sock_diag(7)); destroying one needs NET_ADMIN.
type diag struct {
	sockets map[int]*nl.SocketHandle
}

// answerWithin: the kernel answers at once.
var answerWithin = unix.Timeval{Sec: 5}

func openDiag() (*diag, error) {
	opened, err := nl.Subscribe(unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, fmt.Errorf("cannot ask for sockets: %w", err)
	}
	if err := errors.Join(opened.SetSendTimeout(&answerWithin), opened.SetReceiveTimeout(&answerWithin)); err != nil {
		return nil, err
	}
	return &diag{map[int]*nl.SocketHandle{unix.NETLINK_SOCK_DIAG: {Socket: opened}}}, nil
}

func (d *diag) Close() {
	d.sockets[unix.NETLINK_SOCK_DIAG].Close()
}

type request [requestBytes]byte

func (r *request) Len() int          { return requestBytes }
func (r *request) Serialize() []byte { return r[:] }

func (d *diag) ask(kind, flags int, body *request) ([][]byte, error) {
	asked := nl.NewNetlinkRequest(kind, flags)
	asked.Sockets = d.sockets
	asked.AddData(body)
	return asked.Execute(unix.NETLINK_SOCK_DIAG, 0)
}

func newRequest(family uint8, states uint32) *request {
	body := &request{family, unix.IPPROTO_TCP, 1 << (extensionInfo - 1)}
	native.PutUint32(body[4:], states)
	return body
}

// list returns the TCP sockets of both families that are open, or are being opened, with this local port or to this
// remote port; 0 is any. A program that listens on IPv6 has its IPv4 connections there too.
func (d *diag) list(localPort, remotePort uint16) ([]*socket, error) {
	var all []*socket
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		body := newRequest(family, 1<<established|1<<synReceived)
		binary.BigEndian.PutUint16(body[8:], localPort)
		binary.BigEndian.PutUint16(body[10:], remotePort)
		messages, err := d.ask(nl.SOCK_DIAG_BY_FAMILY, unix.NLM_F_DUMP, body)
		if err != nil && !errors.Is(err, nl.ErrDumpInterrupted) {
			return nil, fmt.Errorf("cannot list sockets: %w", err)
		}
		for _, message := range messages {
			if one, err := d.parse(message); err == nil {
				all = append(all, one)
			}
		}
	}
	return all, nil
}

func (d *diag) parse(message []byte) (*socket, error) {
	if len(message) < messageBytes {
		return nil, errors.New("a short answer about a socket")
	}
	one := &socket{diag: d, family: message[0], state: message[1], id: [48]byte(message[4:52])}
	one.local = address(one.family, one.id[4:20], one.id[0:2])
	one.remote = address(one.family, one.id[20:36], one.id[2:4])
	attributes, err := nl.ParseRouteAttr(message[messageBytes:])
	if err != nil {
		return nil, err
	}
	var info unix.TCPInfo
	for _, attribute := range attributes {
		if attribute.Attr.Type == extensionInfo {
			copy(unsafe.Slice((*byte)(unsafe.Pointer(&info)), unsafe.Sizeof(info)), attribute.Value)
		}
	}
	one.info = Look{
		Established: one.state == established,
		Unread:      native.Uint32(message[56:]),
		Unsent:      info.Notsent_bytes,
		Unacked:     info.Unacked,
		Received:    time.Duration(info.Last_data_recv) * time.Millisecond,
		Sent:        time.Duration(info.Last_data_sent) * time.Millisecond,
		Acked:       time.Duration(info.Last_ack_recv) * time.Millisecond,
		In:          info.Data_segs_in,
		Out:         info.Data_segs_out,
		Bytes:       info.Bytes_received,
		Acks:        info.Segs_out - info.Data_segs_out,
		RoundTrip:   time.Duration(info.Min_rtt) * time.Microsecond,
	}
	if info.Min_rtt == ^uint32(0) {
		one.info.RoundTrip = 0
	}
	return one, nil
}

func address(family uint8, bytes, port []byte) netip.AddrPort {
	size := 4
	if family == unix.AF_INET6 {
		size = 16
	}
	ip, _ := netip.AddrFromSlice(bytes[:size])
	return netip.AddrPortFrom(ip.Unmap(), binary.BigEndian.Uint16(port))
}

func (s *socket) request() *request {
	body := newRequest(s.family, ^uint32(0))
	copy(body[8:], s.id[:])
	return body
}

func (s *socket) look() (Look, error) {
	messages, err := s.diag.ask(nl.SOCK_DIAG_BY_FAMILY, 0, s.request())
	if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ESTALE) {
		return Look{}, errGone
	}
	if err != nil {
		return Look{}, err
	}
	if len(messages) == 0 {
		return Look{}, errGone
	}
	now, err := s.diag.parse(messages[0])
	if err != nil {
		return Look{}, err
	}
	// Both ends are closing it.
	if now.state != established && now.state != synReceived {
		return Look{}, errGone
	}
	return now.info, nil
}

// close sends a reset to the client; the program reads an error.
func (s *socket) close() error {
	_, err := s.diag.ask(nl.SOCK_DESTROY, unix.NLM_F_ACK, s.request())
	if errors.Is(err, syscall.ENOENT) {
		return errGone
	}
	if err != nil {
		return fmt.Errorf("cannot close the connection from %s: %w", s.remote, err)
	}
	return nil
}
