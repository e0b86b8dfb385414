package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"time"
)

// Only in this container: other containers of the pod share its network and perhaps /dev/shm, but not its root.
const controlSocket = "/opt/carrier/state/files.sock"

// share is a directory or a file that a peer may have.
type share struct {
	Name string `json:"name"`
	Path string `json:"path"`
	// Whether the peer may write to it.
	Write bool `json:"write"`
}

type permission struct {
	Peer   string  `json:"peer"`
	Shares []share `json:"shares"`
}

type offer struct {
	Address  string       `json:"address"`
	Identity string       `json:"identity"`
	Shares   []shareState `json:"shares"`
}

type shareState struct {
	Name string `json:"name"`
	// `directory` or `file`; empty if there is a problem.
	Kind    string `json:"kind"`
	Problem string `json:"problem,omitempty"`
}

func listenControl() (net.Listener, error) {
	_ = os.Remove(controlSocket)
	listener, err := net.Listen("unix", controlSocket)
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(controlSocket, 0o600)
}

// allow passes stdin to the running `serve`. A container counts as running a moment before its program listens.
func allow(from io.Reader, to io.Writer) error {
	request, err := io.ReadAll(io.LimitReader(from, 1<<20))
	if err != nil {
		return err
	}
	var conn net.Conn
	for tries := 0; tries < 100; tries++ {
		if conn, err = net.Dial("unix", controlSocket); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return errors.New("`files serve` is not up")
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(helloTime))
	if _, err := conn.Write(append(request, '\n')); err != nil {
		return err
	}
	_, err = io.Copy(to, conn)
	return err
}

func (s *server) control(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		_ = conn.SetDeadline(time.Now().Add(helloTime))
		s.answer(conn)
		_ = conn.Close()
	}
}

func (s *server) answer(conn net.Conn) {
	var wanted permission
	if err := json.NewDecoder(conn).Decode(&wanted); err != nil {
		fmt.Fprintf(conn, `{"problem":"not JSON"}`)
		return
	}
	if problem := wanted.problem(); problem != "" {
		fmt.Fprintf(conn, `{"problem":%q}`, problem)
		return
	}
	given := offer{Address: s.address, Identity: s.identity, Shares: []shareState{}}
	served := true
	for _, one := range wanted.Shares {
		state := stateOf(one)
		served = served && state.Problem == ""
		given.Shares = append(given.Shares, state)
	}
	// A client that cannot have all of it does not come, and so does not say bye.
	if served && !s.letIn(wanted) {
		fmt.Fprint(conn, `{"ending":true}`)
		return
	}
	_ = json.NewEncoder(conn).Encode(given)
}

func (s *server) letIn(wanted permission) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.ending {
		return false
	}
	s.shares[wanted.Peer] = wanted.Shares
	s.since = time.Now()
	return true
}

var (
	peerName  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	shareName = regexp.MustCompile(`^[a-z0-9]{1,16}$`)
)

func (p permission) problem() string {
	if !peerName.MatchString(p.Peer) {
		return "peer is not the SHA-256 of a key"
	}
	for _, one := range p.Shares {
		if !shareName.MatchString(one.Name) || len(one.Path) == 0 || one.Path[0] != '/' {
			return "a share needs a name and an absolute path"
		}
	}
	return ""
}

func stateOf(one share) shareState {
	state := shareState{Name: one.Name}
	info, err := os.Stat(one.Path)
	if err == nil && info.IsDir() {
		_, err = os.ReadDir(one.Path)
	} else if err == nil && info.Mode().IsRegular() {
		err = readable(one.Path)
	}
	switch {
	case err != nil:
		state.Problem = plain(err)
	case info.IsDir():
		state.Kind = "directory"
	case info.Mode().IsRegular():
		state.Kind = "file"
	default:
		state.Problem = "it is neither a directory nor a file"
	}
	return state
}

func readable(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return file.Close()
}

// plain is an error without the path, which is not the one that the user knows.
func plain(err error) string {
	var failed *os.PathError
	if errors.As(err, &failed) {
		return failed.Err.Error()
	}
	return err.Error()
}
