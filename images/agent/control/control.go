// Package control hands the commands of a role to its running program (`run`), over a socket in a folder that only root
// may enter. Both directions carry one JSON object.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// Request is a command, with the files of `apply`.
type Request struct {
	Command string            `json:"command"`
	Args    []string          `json:"args,omitempty"`
	Files   map[string]string `json:"files,omitempty"`
}

type answer struct {
	Output string `json:"output"`
	Error  string `json:"error,omitempty"`
}

const (
	lookEvery = 20 * time.Millisecond
	// A request is small and there at once; what is asked for may take longer.
	requestWait = 10 * time.Second
)

// Call returns what `run` answers. It waits for `run` to be up, because `docker start` returns before that.
func Call(socket string, request Request, start, deadline time.Duration) (string, error) {
	conn, err := dial(socket, start)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(deadline)); err != nil {
		return "", err
	}
	if err := json.NewEncoder(conn).Encode(request); err != nil {
		return "", fmt.Errorf("'run' takes no command: %w", err)
	}
	var got answer
	if err := json.NewDecoder(conn).Decode(&got); err != nil {
		return "", fmt.Errorf("'run' does not answer: %w", err)
	}
	if got.Error != "" {
		return got.Output, errors.New(got.Error)
	}
	return got.Output, nil
}

func dial(socket string, wait time.Duration) (net.Conn, error) {
	for last := time.Now().Add(wait); ; time.Sleep(lookEvery) {
		conn, err := net.DialTimeout("unix", socket, wait)
		if err == nil {
			return conn, nil
		}
		if time.Now().After(last) {
			return nil, errors.New("'run' is not up")
		}
	}
}

// Server takes commands from when it is made; they wait until Serve is called.
type Server struct{ listener net.Listener }

// Listen makes the socket.
func Listen(socket string) (*Server, error) {
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	listener, err := net.Listen("unix", socket)
	return &Server{listener}, err
}

// Serve answers each request with what the handler returns. Handlers of several requests run at once.
func (s *Server) Serve(handle func(Request) (string, error)) {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(lookEvery)
			continue
		}
		go serve(conn, handle)
	}
}

// Close lets nobody in any more.
func (s *Server) Close() error { return s.listener.Close() }

func serve(conn net.Conn, handle func(Request) (string, error)) {
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(requestWait))
	var request Request
	if json.NewDecoder(conn).Decode(&request) != nil {
		return
	}
	output, err := handle(request)
	got := answer{Output: output}
	if err != nil {
		got.Error = err.Error()
	}
	_ = conn.SetWriteDeadline(time.Now().Add(requestWait))
	_ = json.NewEncoder(conn).Encode(got)
}
