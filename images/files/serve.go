package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// server is what runs in the pod.
type server struct {
	identity string
	address  string
	idle     time.Duration

	lock   sync.Mutex
	shares map[string][]share // by peer
	open   int                // connections of known peers
	since  time.Time          // when the last one ended
	ending bool               // nobody is let in any longer
	ended  chan string
}

// The most connections at once, before and after the handshake: a watch and an rsync of each client, with room.
const mostConnections = 64

// How long a peer may take to show its key and to say what it wants.
const helloTime = 10 * time.Second

func serve(address, seconds string) error {
	idle, err := strconv.Atoi(seconds)
	if err != nil {
		return err
	}
	key, err := makeIdentity()
	if err != nil {
		return err
	}
	certificate, err := certify(key)
	if err != nil {
		return err
	}
	name, err := nameOf(certificate.Certificate[0])
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		return err
	}
	s := &server{
		identity: name,
		address:  listener.Addr().String(),
		idle:     time.Duration(idle) * time.Second,
		shares:   map[string][]share{},
		since:    time.Now(),
		ended:    make(chan string, 1),
	}
	control, err := listenControl()
	if err != nil {
		return err
	}
	go s.control(control)
	go s.accept(listener, certificate)
	go s.watchIdle()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	log("serving files on %s", s.address)
	select {
	case why := <-s.ended:
		log("ending: %s", why)
	case <-signals:
		log("stopped")
	}
	return nil
}

func (s *server) accept(listener net.Listener, certificate tls.Certificate) {
	config := tlsConfig(certificate, s.knows)
	slots := make(chan struct{}, mostConnections)
	for {
		raw, err := listener.Accept()
		if err != nil {
			s.end(fmt.Sprintf("cannot listen any longer: %v", err))
			return
		}
		select {
		case slots <- struct{}{}:
		default:
			_ = raw.Close()
			continue
		}
		go func() {
			defer func() { <-slots }()
			defer raw.Close()
			s.talk(tls.Server(raw, config))
		}()
	}
}

func (s *server) talk(conn *tls.Conn) {
	_ = conn.SetDeadline(time.Now().Add(helloTime))
	if err := conn.Handshake(); err != nil {
		log("refused %s: %v", conn.RemoteAddr(), err)
		return
	}
	peer, err := peerOf(conn.ConnectionState())
	if err != nil {
		return
	}
	s.count(1)
	defer s.count(-1)
	reader, asked, err := readHello(conn)
	if err != nil {
		log("refused %s: %v", conn.RemoteAddr(), err)
		return
	}
	_ = conn.SetDeadline(time.Time{})
	if asked.Watch {
		s.serveWatch(conn, reader, peer)
		return
	}
	if err := s.serveRsync(conn, reader, peer, asked.Args); err != nil {
		log("rsync: %v", err)
	}
}

func (s *server) count(change int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.open += change
	s.since = time.Now()
}

// An ephemeral container cannot be removed, so one that nobody uses must end by itself.
func (s *server) watchIdle() {
	for range time.Tick(time.Second) {
		s.lock.Lock()
		patience := s.idle
		if len(s.shares) == 0 {
			patience = min(patience, helloTime)
		}
		unused := s.open == 0 && time.Since(s.since) > patience
		s.ending = unused
		s.lock.Unlock()
		if unused {
			s.end("no client")
			return
		}
	}
}

func (s *server) end(why string) {
	select {
	case s.ended <- why:
	default:
	}
}

func (s *server) knows(peer string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	_, known := s.shares[peer]
	return known
}

func (s *server) sharesOf(peer string) []share {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.shares[peer]
}

// bye forgets a client that its user took down. After the last one, the program waits for a moment: an ephemeral container
// stays in its pod until the pod ends, and the next app uses this one.
func (s *server) bye(peer string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	delete(s.shares, peer)
	s.since = time.Now()
}
