package child

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Process is a program that runs until it is stopped.
type Process struct {
	name    string
	command *exec.Cmd
	ended   chan struct{}
	result  error
}

// Start starts a program whose output, both kinds in one, goes to a writer. Its Deadline has no meaning here.
func (p Program) Start(output io.Writer) (*Process, error) {
	command := exec.Command(p.Name, p.Args...)
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(p.Input), output, output
	command.Env = append(command.Environ(), p.Environment...)
	command.WaitDelay = afterwards
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", p.Name, err)
	}
	process := &Process{name: p.Name, command: command, ended: make(chan struct{})}
	go func() {
		process.result = command.Wait()
		close(process.ended)
	}()
	return process, nil
}

// PID is its process id.
func (p *Process) PID() int { return p.command.Process.Pid }

// Ended is closed when the program has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Result says, when it has ended, how.
func (p *Process) Result() error {
	if p.result == nil {
		return fmt.Errorf("%s ended", p.name)
	}
	return fmt.Errorf("%s ended: %w", p.name, p.result)
}

// Signal sends a signal; a program that has ended gets none.
func (p *Process) Signal(signal os.Signal) error {
	if err := p.command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("cannot signal %s: %w", p.name, err)
	}
	return nil
}

// Stop ends the program, if need be by force after some time, and returns when it has ended.
func (p *Process) Stop(patience time.Duration) {
	_ = p.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		return
	case <-time.After(patience):
	}
	_ = p.command.Process.Kill()
	<-p.ended
}
