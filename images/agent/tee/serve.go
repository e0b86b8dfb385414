package tee

import (
	"errors"
	"io"
	"net"
	"time"
)

const (
	// chunk is what is read from a client at once.
	chunk = 16 << 10
	// connectOriginal is as long as in Carrier's Nginx.
	connectOriginal = 5 * time.Second
	// A client that is gone without a word is found after a quarter of an hour, as in Carrier's Nginx.
	keepIdle     = 10 * time.Minute
	keepInterval = time.Minute
	keepCount    = 5
)

// serve passes one connection on, until both ends have closed.
func (m *mirror) serve(client *net.TCPConn, addresses []string) {
	m.tee.counts.connections.Add(1)
	defer client.Close()
	original, err := dial(addresses)
	if err != nil {
		client.SetLinger(0)
		return
	}
	defer original.Close()
	for _, one := range []*net.TCPConn{client, original} {
		one.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: keepIdle, Interval: keepInterval, Count: keepCount})
	}
	answers := make(chan struct{})
	go func() {
		defer close(answers)
		// Two sockets of the kernel: no answer passes through this program.
		_, err := io.Copy(client, original)
		pass(err, client, original)
	}()
	err = m.send(client, original)
	pass(err, original, client)
	<-answers
}

// pass tells `to` that nothing more comes from the other end. If a connection was reset, so are both.
func pass(err error, to, from *net.TCPConn) {
	if err == nil {
		to.CloseWrite()
		return
	}
	for _, one := range []*net.TCPConn{to, from} {
		one.SetLinger(0)
		one.Close()
	}
}

// send passes on what the client says until it has said all; the original gets it first.
func (m *mirror) send(client, original *net.TCPConn) error {
	copying := copying{mirror: m}
	defer copying.end()
	buffer := make([]byte, chunk)
	for {
		count, err := client.Read(buffer)
		if count > 0 {
			if _, err := original.Write(buffer[:count]); err != nil {
				return err
			}
			copying.offer(buffer[:count])
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if copying.over {
			_, err := io.Copy(original, client)
			return err
		}
	}
}

func dial(addresses []string) (*net.TCPConn, error) {
	var last error
	for _, address := range addresses {
		connection, err := net.DialTimeout("tcp", address, connectOriginal)
		if err == nil {
			return connection.(*net.TCPConn), nil
		}
		last = err
	}
	return nil, last
}
