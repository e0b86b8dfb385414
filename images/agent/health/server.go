package health

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Server is Stowaway's side.
type Server struct {
	Settings
	// probe asks a client; tests have their own.
	probe func(context.Context, netip.Addr) bool

	mutex sync.Mutex
	table table
	// silent: clients that were told to be so, and have not answered since.
	silent map[netip.Addr]bool
	// told are those who listen, with the number of connections of each address.
	told map[*listener]struct{}
	from map[netip.Addr]int
}

// listener is one connection of a Carrier. wake has room for one: a line is whole, so a second one would say the same.
type listener struct {
	pod  netip.Addr
	wake chan struct{}
}

// NewServer tells nobody anything until it is configured.
func NewServer(settings Settings) *Server {
	return &Server{
		Settings: settings, probe: Probe, silent: map[netip.Addr]bool{},
		table: newTable(Bridged{}, table{}), told: map[*listener]struct{}{}, from: map[netip.Addr]int{},
	}
}

// Configure says whom to probe and whom to tell from now on.
func (s *Server) Configure(bridged Bridged) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.table = newTable(bridged, s.table)
	for client := range s.silent {
		if _, known := s.table.answered[client]; !known {
			delete(s.silent, client)
		}
	}
	s.wakeAll()
}

// ProbeAll probes the clients at regular times until the context is over.
func (s *Server) ProbeAll(ctx context.Context) {
	room := make(chan struct{}, s.Probers)
	ticker := time.NewTicker(s.Every)
	defer ticker.Stop()
	for {
		s.mutex.Lock()
		clients := s.table.clients()
		s.mutex.Unlock()
		for _, client := range clients {
			select {
			case room <- struct{}{}:
			case <-ctx.Done():
				return
			}
			go func() {
				defer func() { <-room }()
				limited, cancel := context.WithTimeout(ctx, s.Probe)
				defer cancel()
				s.note(client, s.probe(limited, client))
			}()
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// note what a probe found. The Carriers hear at once of a client that answers again, and of one that does not any more.
func (s *Server) note(client netip.Addr, answered bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if answered && !s.table.heard(client, time.Now()) {
		return
	}
	if s.silent[client] == answered {
		s.silent[client] = !answered
		s.wakeAll()
	}
}

func (s *Server) wakeAll() {
	for one := range s.told {
		select {
		case one.wake <- struct{}{}:
		default:
		}
	}
}

// Serve tells those who connect until the listener is closed. Nothing is read from them.
func (s *Server) Serve(accept net.Listener) error {
	for {
		connection, err := accept.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			// Out of files, for example: it passes.
			time.Sleep(s.Every / 10)
			continue
		}
		if tcp, ok := connection.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(writeBuffer)
		}
		one, ok := s.admit(connection.RemoteAddr())
		if !ok {
			refuse(connection)
			continue
		}
		go func() {
			defer s.dismiss(one)
			defer connection.Close()
			s.tell(connection, one)
		}()
	}
}

// writeBuffer of a connection, in bytes: whoever does not read shall not keep much here.
const writeBuffer = 16 << 10

// admit only pods that have bridges, and only so many.
func (s *Server) admit(address net.Addr) (*listener, bool) {
	remote, err := netip.ParseAddrPort(address.String())
	if err != nil {
		return nil, false
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	pod := remote.Addr().Unmap()
	if _, known := s.table.ports[pod]; !known || len(s.told) >= s.AtOnce || s.from[pod] >= s.PerPod {
		return nil, false
	}
	one := &listener{pod, make(chan struct{}, 1)}
	s.told[one] = struct{}{}
	s.from[pod]++
	return one, true
}

func (s *Server) dismiss(one *listener) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.told, one)
	if s.from[one.pod]--; s.from[one.pod] == 0 {
		delete(s.from, one.pod)
	}
}

// refuse leaves nothing to wait for in the kernel.
func refuse(connection net.Conn) {
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	connection.Close()
}

// tell until the pod has no bridge any more, or does not accept a line in time.
func (s *Server) tell(connection net.Conn, one *listener) {
	ticker := time.NewTicker(s.Every)
	defer ticker.Stop()
	for {
		s.mutex.Lock()
		line, known := s.table.lineFor(one.pod, time.Now())
		s.mutex.Unlock()
		text, err := line.encode()
		if !known || err != nil {
			return
		}
		_ = connection.SetWriteDeadline(time.Now().Add(s.Write))
		if _, err := connection.Write(text); err != nil {
			return
		}
		select {
		case <-ticker.C:
		case <-one.wake:
		}
	}
}
