// Package tunnel is the WireGuard end that Cargo and Stowaway share: the device wg0, and the desired state that `apply`
// brings.
package tunnel

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gefyra/agent/child"
	"gefyra/agent/control"
	"gefyra/agent/role"
)

// End is a running end of the tunnel.
type End struct {
	Program  string
	Settings Settings
	Device   *Device
	children []*child.Process
	stop     chan os.Signal
}

// Start makes the device, and the socket on which commands wait for Serve. Files that others make are for root alone.
func Start(program string, settings Settings) (*End, error) {
	syscall.Umask(0o077)
	if err := os.RemoveAll(settings.runtime(program)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(settings.Live(program), 0o700); err != nil {
		return nil, err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	device, err := startDevice(settings, program)
	if err != nil {
		return nil, err
	}
	end := &End{Program: program, Settings: settings, Device: device, stop: stop}
	if device.process != nil {
		end.Needs(device.process)
	}
	return end, nil
}

// Needs adds a process without which the container ends, so that Docker or the kubelet starts all of it again.
func (e *End) Needs(process *child.Process) {
	e.children = append(e.children, process)
}

// Serve answers commands until the container is stopped, or a process that it needs has ended, or failed has an error.
func (e *End) Serve(handle func(control.Request) (string, error), failed <-chan error) error {
	server, err := control.Listen(e.Settings.socket(e.Program))
	if err != nil {
		return err
	}
	go server.Serve(func(request control.Request) (string, error) {
		if request.Command == "status" {
			return status(e.Settings, e.Device.Kind)
		}
		return handle(request)
	})
	ended := make(chan error, len(e.children))
	for _, one := range e.children {
		go func() {
			<-one.Ended()
			ended <- one.Result()
		}()
	}
	defer e.stopChildren()
	select {
	case <-e.stop:
		role.Log(e.Program, "stopped")
		return nil
	case err := <-ended:
		return err
	case err := <-failed:
		return err
	}
}

func (e *End) stopChildren() {
	stopped := make(chan struct{})
	for _, one := range e.children {
		go func() {
			one.Stop(e.Settings.StopWait)
			stopped <- struct{}{}
		}()
	}
	for range e.children {
		<-stopped
	}
}

// Ask has `run` do a command, and prints its answer.
func Ask(program string, settings Settings, request control.Request) error {
	output, err := control.Call(settings.socket(program), request, settings.StartWait, settings.AnswerWait)
	if output != "" {
		fmt.Println(output)
	}
	return err
}

// AskToApply hands the tar on stdin to `run`.
func AskToApply(program string, settings Settings) error {
	type read struct {
		files map[string]string
		err   error
	}
	arrived := make(chan read, 1)
	go func() {
		files, err := control.ReadFiles(os.Stdin, mostBytes)
		arrived <- read{files, err}
	}()
	select {
	case got := <-arrived:
		if got.err != nil {
			return got.err
		}
		return Ask(program, settings, control.Request{Command: "apply", Files: got.files})
	case <-time.After(settings.AnswerWait):
		return fmt.Errorf("cannot read the state: it has not arrived within %v", settings.AnswerWait)
	}
}

// A state of 10,000 ports has a megabyte.
const mostBytes = 64 << 20
