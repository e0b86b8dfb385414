package control

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gefyra/agent/fakes"
)

func TestACommandIsAnsweredByRun(t *testing.T) {
	socket := filepath.Join(fakes.Folder(t), "control.sock")
	go func() {
		time.Sleep(100 * time.Millisecond) // `run` comes later
		server, err := Listen(socket)
		if err != nil {
			t.Error(err)
			return
		}
		server.Serve(func(request Request) (string, error) {
			if request.Command != "apply" {
				return "", errors.New("refused " + request.Command)
			}
			return request.Files["a"] + strings.Join(request.Args, ","), nil
		})
	}()
	request := Request{Command: "apply", Args: []string{"1", "2"}, Files: map[string]string{"a": "text "}}
	if output, err := Call(socket, request, 5*time.Second, time.Second); err != nil || output != "text 1,2" {
		t.Errorf("%q, %v", output, err)
	}
	if _, err := Call(socket, Request{Command: "fly"}, time.Second, time.Second); err == nil || err.Error() != "refused fly" {
		t.Errorf("%v", err)
	}
}

func TestNobodyWaitsForEver(t *testing.T) {
	socket := filepath.Join(fakes.Folder(t), "control.sock")
	if _, err := Call(socket, Request{}, 50*time.Millisecond, time.Second); err == nil || err.Error() != "'run' is not up" {
		t.Errorf("without run: %v", err)
	}
	server, err := Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go server.Serve(func(Request) (string, error) { select {} })
	if _, err := Call(socket, Request{}, time.Second, 50*time.Millisecond); err == nil || !strings.HasPrefix(err.Error(), "'run' does not answer") {
		t.Errorf("with a run that hangs: %v", err)
	}
}
