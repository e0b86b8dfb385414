package main

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
)

// status is what `files status` prints.
type status struct {
	lock sync.Mutex
	// Whether the pod answers.
	Connected bool `json:"connected"`
	// Why it does not.
	Problem string `json:"problem,omitempty"`
	Pod     string `json:"pod"`
	// The pod's key: a status of an earlier session is not taken for one of the present.
	Identity string           `json:"identity"`
	Shares   []followedStatus `json:"shares"`
}

type followedStatus struct {
	Name string `json:"name"`
	// Whether it was here whole once.
	Filled bool `json:"filled"`
	// What the last transfer could not do.
	Problem string `json:"problem,omitempty"`
}

func newStatus(of session) *status {
	s := &status{Pod: of.Pod, Identity: of.Identity}
	for _, one := range of.Shares {
		s.Shares = append(s.Shares, followedStatus{Name: one.Name})
	}
	s.change(func() {})
	return s
}

func (s *status) change(how func()) {
	s.lock.Lock()
	defer s.lock.Unlock()
	how()
	text, err := json.Marshal(s)
	if err == nil {
		err = replaceFile(filepath.Join(stateFolder, statusFile), text, 0o600)
	}
	if err != nil {
		log("cannot keep the status: %v", err)
	}
}

func (s *status) connected() {
	if s.Connected {
		return
	}
	s.change(func() { s.Connected, s.Problem = true, "" })
}

func (s *status) lost(why string) {
	s.change(func() { s.Connected, s.Problem = false, why })
}

func (s *status) transferred(name, problem string, complete bool) {
	s.change(func() {
		for i := range s.Shares {
			if one := &s.Shares[i]; one.Name == name {
				one.Filled = one.Filled || complete
				one.Problem = problem
			}
		}
	})
}

func printStatus(to io.Writer) error {
	text, err := os.ReadFile(filepath.Join(stateFolder, statusFile))
	if errors.Is(err, os.ErrNotExist) {
		text, err = []byte(`{"connected":false,"problem":"not joined yet","shares":[]}`), nil
	}
	if err != nil {
		return err
	}
	_, err = to.Write(append(text, '\n'))
	return err
}

// plainDial says in plain words why the pod cannot be reached. Pure.
func plainDial(err error) string {
	var timeout net.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the pod does not answer through the tunnel"
	case errors.Is(err, io.EOF):
		return "the pod has closed the connection"
	default:
		return err.Error()
	}
}
