// Package tee passes connections on to the original, byte for byte, and writes a copy of what clients send to a local
// container. The copy costs the original nothing: it has a bounded queue and deadlines, and is given up where it cannot keep
// up. What it answers is dropped.
package tee

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Port is one mirrored port. All addresses are `address:port`.
type Port struct {
	Port uint16 `json:"port"`
	// Listen is where the kernel's redirect, or Nginx, leads. It names the port for as long as it is mirrored.
	Listen string `json:"listen"`
	// Original is where the original listens, the likeliest first.
	Original []string `json:"original"`
	// Copy is Stowaway's address of the bridge.
	Copy string `json:"copy"`
}

// Limits of all copies together.
type Limits struct {
	// Connect: how long a copy may take to connect.
	Connect time.Duration
	// Quiet: an answer of the local container is over when nothing of it has come for this long.
	Quiet time.Duration
	// Hold: how long a copy may outlive its client.
	Hold time.Duration
	// Queue: bytes that may wait for one copy. All: for all of them.
	Queue, All int64
	// Late: how long a port that is no longer mirrored still accepts connections.
	Late time.Duration
	// Copies that may be open at once.
	Copies int64
}

// Tee serves all mirrored ports of a pod.
type Tee struct {
	limits  Limits
	counts  Counts
	budget  atomic.Int64
	open    atomic.Int64
	mutex   sync.Mutex
	mirrors map[string]*mirror
}

// mirror is one listener. Its port changes with the configuration.
type mirror struct {
	tee      *Tee
	listener net.Listener
	port     atomic.Pointer[Port]
	// ended: the port is no longer mirrored, and whoever is still connected reaches the original alone.
	ended atomic.Bool
}

func New(limits Limits) *Tee {
	return &Tee{limits: limits, mirrors: map[string]*mirror{}}
}

// Parse reads what `carrier apply` gets as mirror.json.
func Parse(text []byte) ([]Port, error) {
	var file struct {
		Ports []Port `json:"ports"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("not a configuration of mirrored ports: %w", err)
	}
	for _, port := range file.Ports {
		for _, address := range append([]string{port.Listen, port.Copy}, port.Original...) {
			if _, err := net.ResolveTCPAddr("tcp", address); err != nil {
				return nil, fmt.Errorf("port %d: %w", port.Port, err)
			}
		}
		if len(port.Original) == 0 {
			return nil, fmt.Errorf("port %d has no original", port.Port)
		}
	}
	return file.Ports, nil
}

// Listen accepts connections of the ports that are new. If one cannot be opened, none is.
func (t *Tee) Listen(ports []Port) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	opened := map[string]*mirror{}
	for _, port := range ports {
		if t.mirrors[port.Listen] != nil || opened[port.Listen] != nil {
			continue
		}
		listener, err := net.Listen("tcp4", port.Listen)
		if err != nil {
			for _, one := range opened {
				one.listener.Close()
			}
			return err
		}
		one := &mirror{tee: t, listener: listener}
		one.port.Store(&port)
		opened[port.Listen] = one
	}
	for listen, one := range opened {
		t.mirrors[listen] = one
		go one.accept()
	}
	for _, port := range ports {
		// One that is about to be closed stays.
		t.mirrors[port.Listen].ended.Store(false)
	}
	return nil
}

// Use keeps exactly these ports, which listen, and changes where they lead. Connections that are open go on.
func (t *Tee) Use(ports []Port) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for listen, one := range t.mirrors {
		at := slices.IndexFunc(ports, func(port Port) bool { return port.Listen == listen })
		if at >= 0 {
			one.port.Store(&ports[at])
			one.ended.Store(false)
		} else if !one.ended.Swap(true) {
			// A connection that was redirected a moment ago is still to be accepted.
			time.AfterFunc(t.limits.Late, func() { t.close(listen) })
		}
	}
}

func (t *Tee) close(listen string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if one := t.mirrors[listen]; one != nil && one.ended.Load() {
		one.listener.Close()
		delete(t.mirrors, listen)
	}
}

// Counts since the start.
func (t *Tee) Counts() Seen { return t.counts.seen() }

func (m *mirror) accept() {
	for {
		connection, err := m.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// No open file is left, for example.
			time.Sleep(10 * time.Millisecond)
			continue
		}
		go m.serve(connection.(*net.TCPConn), m.port.Load().Original)
	}
}

// target is where a copy goes; empty: nowhere.
func (m *mirror) target() string {
	if m.ended.Load() {
		return ""
	}
	return m.port.Load().Copy
}
